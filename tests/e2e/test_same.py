# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a run says at its end, `stats` says of its records: the same text."""

import os
import signal

from harness import ACT, Case, exact, finish, run, start, wait_for

# Several programs, ends of several kinds, more than ten processes, and who is waited for by nobody.
JOB = f'"{ACT}" spin 30; (exit 3); /bin/false; for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done; ' \
      'sleep 1000 >/dev/null 2>&1 & kill $!; wait; exit 2'
WIDTHS = (40, 80, 100)
FORMS = ((), ("-v",), ("--by", "cmd", "--top", "3"))


class SameText(Case):
    def environment(self, columns):
        return dict(os.environ, COLUMNS=str(columns), LC_ALL="C.UTF-8")

    def said_by_run(self, text):
        """Without the row that names the file, which is the last."""
        self.assertIn(b"records", text)
        return text[: text.rindex(b"\n", 0, text.rindex(b"records")) + 1]

    def said_by_stats(self, columns, *options):
        result = run("stats", *options, self.path("f"), env=self.environment(columns))
        self.assertEqual((result.status, result.err), (0, b""), result)
        heading, text = result.out.split(b"\n\n", 1)
        self.assertIn(b"STATISTICS", heading)
        return text

    def check_run(self, *options, forms=FORMS):
        for columns in WIDTHS:
            for form in forms:
                with self.subTest(columns=columns, form=form):
                    result = run("run", "-i", "10", "-o", self.path("f"), *options, *form, "--", "sh", "-c", JOB,
                                 env=self.environment(columns))
                    self.assertEqual(result.status, 2, result)
                    self.assertEqual(self.said_by_stats(columns, *form).decode(),
                                     self.said_by_run(result.err).decode())

    @exact
    def test_by_bpf(self):
        self.check_run("--accounting", "bpf")

    def test_by_proc(self):
        self.check_run("--accounting", "proc")

    @exact
    def test_of_the_root_alone_by_bpf(self):
        self.check_run("--accounting", "bpf", "--exclude-children", forms=((), ("-v",)))

    def test_of_the_root_alone_by_proc(self):
        self.check_run("--accounting", "proc", "--exclude-children", forms=((), ("-v",)))

    def test_of_what_was_attached_to(self):
        with start("-c", "read line; exit 3", program=["sh"], stdin=-1) as target:
            with start("attach", "-o", self.path("f"), str(target.pid), env=self.environment(80)) as process:
                wait_for("a sample", lambda: os.path.exists(self.path("f")) and b'"tree"' in self.read("f"))
                process.send_signal(signal.SIGINT)
                result = finish(process)
        text = self.said_by_run(result.err)
        self.assertIn(f"[{target.pid}]".encode(), text)
        self.assertTrue(text.endswith(self.said_by_stats(80)), result)  # a warning may stand before it
