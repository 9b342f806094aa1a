# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet-bpf host --live, on terminals of tmux."""

import os
import pathlib
import shlex
import subprocess
import unittest

from harness import BIN, MODE, Case, run, wait_for

HOST = f"{BIN}-host"


@unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
@unittest.skipUnless(MODE == "root", "the same in all modes")
class Live(Case):

    def setUp(self):
        super().setUp()
        names = ["alpha", "beta", "gamma", "caf\u00e9-" + "x" * 200, "with\nnewline\u202e"]
        for number, name in enumerate(names + [f"many-{i}" for i in range(100)]):
            folder = pathlib.Path(self.folder, "fs", "system.slice", f"{name}.service")
            folder.mkdir(parents=True)
            (folder / "cgroup.procs").write_text("")
            (folder / "memory.current").write_text(f"{(number + 1) * 1000000}\n")
        pathlib.Path(self.folder, "fs", "cgroup.controllers").write_text("memory\n")

    def tmux(self, *args):
        return subprocess.run(["tmux", "-u", "-S", self.path("tmux"), "-f", "/dev/null", *args], check=True,
                              capture_output=True, env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}).stdout

    def open(self, columns, rows):
        command = shlex.join([HOST, "--live", "-i", "0.2", "--cgroup-root", self.path("fs"), "--sort", "memory"])
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows),
                  f"DENET_BPF_HOST_FILTER=kill {command} 2>{shlex.quote(self.path('err'))}; echo ended with $?; read x")
        self.addCleanup(self.tmux, "kill-server")

    def screen(self):
        return self.tmux("capture-pane", "-p").decode().split("\n")

    def wait_for_screen(self, what, condition):
        """What is looked for has to be in it: a screen may be seen before all of it is drawn."""
        seen = []

        def holds():
            seen[:] = self.screen()
            return condition(seen)

        try:
            wait_for(what, holds)
        except AssertionError as failed:
            raise AssertionError(f"{failed}; there was {seen}") from None
        return seen

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def names(self, lines):
        return [line.split()[0] for line in lines[3:-2] if line.strip()]

    def test_a_table_stays_and_keys_sort_it(self):
        self.open(80, 24)
        lines = self.wait_for_screen("the table", lambda lines: (
            "105 groups, by memory" in lines[1] and lines[2].startswith("name") and "many-99.service" in lines[3]
            and "q quit" in lines[23]))
        self.assertLessEqual(max(len(line) for line in lines), 80)
        self.press("n")
        self.wait_for_screen("by name", lambda lines: (
            "by name" in lines[1] and self.names(lines)[:2] == ["alpha.service", "beta.service"]))
        self.press("End")
        self.wait_for_screen("the last", lambda lines: any("with" in line for line in lines[3:-2]))
        self.press("q")
        self.wait_for_screen("the end", lambda lines: any("ended with 0" in line for line in lines))
        self.assertEqual(pathlib.Path(self.path("err")).read_text(), "")

    def test_a_filter_and_what_is_in_one(self):
        self.open(200, 50)
        self.wait_for_screen("the table", lambda lines: "105 groups" in lines[1])
        self.press("/", "B", "e", "t")
        self.wait_for_screen("one row", lambda lines: "1 of 105 groups" in lines[1] and "with 'Bet_'" in lines[1])
        self.press("Enter")
        self.wait_for_screen("the filter", lambda lines: "with 'Bet'" in lines[1])
        self.press("Enter")
        self.wait_for_screen("what is in it", lambda lines: lines[2].startswith("beta.service"))
        self.press("Escape")
        self.wait_for_screen("the table again", lambda lines: lines[2].startswith("name"))
        self.press("/", "Escape")
        self.wait_for_screen("all of them", lambda lines: "105 groups" in lines[1] and "with" not in lines[1])

    def test_any_size_will_do(self):
        self.open(80, 24)
        self.wait_for_screen("the table", lambda lines: "105 groups" in lines[1])
        for columns, rows in ((200, 50), (10, 3), (1, 1), (3, 60), (80, 24)):
            self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
            self.press("Down")
        self.wait_for_screen("the table again", lambda lines: (
            len(lines) >= 24 and "105 groups" in lines[1] and "q quit" in lines[23]))
        self.press("q")
        self.wait_for_screen("the end", lambda lines: any("ended with 0" in line for line in lines))

    def test_without_a_terminal(self):
        result = run("--live", program=[HOST])
        self.assert_refused(result, "--live takes a terminal")
        self.assert_refused(run("--live", "--json", program=[HOST]), "--live and --json exclude each other")


if __name__ == "__main__":
    unittest.main()
