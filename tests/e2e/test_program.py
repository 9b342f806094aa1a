# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Commands that a program of its own does: where it is looked for, and what it gets. The binary is
ours with one more row in its table of commands (tests/e2e.mk), `test`, done by denet-bpf-test."""

import os
import shutil
import subprocess
import unittest

from harness import MODE, NOBODY, TOOLS, Case, need_root, run

PROGRAMS = os.path.join(TOOLS, "programs")
LIBEXEC = os.path.join(TOOLS, "libexec/denet-bpf")
NAME = "denet-bpf-test"
HOST = "denet-bpf-host"
SAYS = '#!/bin/sh\necho {} "$@"; cat; exit 7\n'


# In the others the tools are copied, and the place that was fixed at build cannot be reached.
@unittest.skipIf(MODE in ("caps", "user"), f"mode {MODE}: the place is fixed at build")
class Program(Case):
    def setUp(self):
        super().setUp()
        shutil.rmtree(os.path.dirname(LIBEXEC), ignore_errors=True)
        self.addCleanup(shutil.rmtree, os.path.dirname(LIBEXEC), ignore_errors=True)

    def install(self):
        os.makedirs(LIBEXEC)
        with open(os.path.join(LIBEXEC, NAME), "w", encoding="utf-8") as file:
            file.write(SAYS.format("installed"))
        os.chmod(file.name, 0o755)

    def lay_out(self, *, is_build):
        """The binary in a folder, with a program beside it."""
        binary = shutil.copy(PROGRAMS, self.path("denet-bpf"))
        self.write(NAME, SAYS.format("beside"), 0o755)
        if is_build:
            os.makedirs(self.path("user"))
            self.write("user/main.o", "")
        return binary

    def call(self, *args, program=PROGRAMS, **options):
        return run(*args, program=[program], cwd=self.folder, **options)

    def test_the_installed_one_gets_all_that_follows_and_gives_its_status(self):
        self.install()
        result = self.call("test", "a b", "--json", "-h", "--", "", input=b"typed\n")
        self.assertEqual((result.status, result.out), (7, b"installed a b --json -h -- \ntyped\n"), result)
        self.assertEqual(result.err, b"")

    def test_path_is_not_asked(self):
        self.write(NAME, SAYS.format("found in PATH"), 0o755)
        result = self.call("test", env=dict(os.environ, PATH=f"{self.folder}:{os.environ['PATH']}"))
        self.assert_refused(result, f"{LIBEXEC}/{NAME}")

    def test_in_a_folder_of_a_build_the_one_beside_is_taken(self):
        self.install()
        self.assertEqual(self.call("test", "x", program=self.lay_out(is_build=True)).out, b"beside x\n")

    def test_in_any_other_folder_it_is_not(self):
        binary = self.lay_out(is_build=False)
        self.assert_refused(self.call("test", program=binary), f"{LIBEXEC}/{NAME}")
        self.install()
        self.assertEqual(self.call("test", "x", program=binary).out, b"installed x\n")

    @need_root
    def test_with_file_capabilities_the_one_beside_is_never_taken(self):
        binary = self.lay_out(is_build=True)
        setcap = shutil.which("setcap", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not setcap or subprocess.run([setcap, "cap_bpf,cap_perfmon=p", binary], check=False).returncode:
            self.skipTest("no file capabilities in the temporary folder")
        nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
        result = run("test", program=[*nobody, binary], cwd="/")
        self.assert_refused(result, f"{LIBEXEC}/{NAME}")

    def attach(self, script, *args, name="web", **options):
        """To a container, by a program that does this; the line that is told."""
        os.makedirs(LIBEXEC, exist_ok=True)
        with open(os.path.join(LIBEXEC, HOST), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(file.name, 0o755)
        result = self.call("attach", "--container", name, *args, **options)
        self.assert_refused(result)
        return result.err

    def test_where_a_container_is_the_installed_one_is_asked(self):
        says = 'echo "$@" >&2; exit 1'
        self.assertEqual(self.attach(says), b"resolve web\n")
        self.assertEqual(self.attach(says, "--proc-root", "/proc/self/root/proc"),
                         b"resolve --proc-root /proc/self/root/proc web\n")
        self.assertEqual(self.attach(says, "-o", self.path("f"), name="$(id)"), b"resolve $(id)\n")
        self.assertFalse(os.path.exists(self.path("f")))

    def test_an_answer_that_is_none_is_told(self):
        self.assertIn(b"cannot be read", self.attach("echo web"))
        self.assertIn(b"cannot be read", self.attach(":"))
        self.assertIn(b"too long", self.attach("while echo 'this and much more, without an end'; do :; done 2>/dev/null"))
        self.assertIn(b"signal 9", self.attach("kill -9 $$"))
        self.assertIn(b"no cgroup", self.attach("""echo '{"cgroups":["/no/such"]}'"""))

    def test_the_first_folder_that_is_there_is_attached_to(self):
        self.assertIn(f"'{self.folder}'".encode(), self.attach(f"""echo '{{"cgroups":["/no/such","{self.folder}"]}}'"""))

    def test_of_its_lack_is_told_what_would_help(self):
        self.assert_refused(self.call("attach", "--container", "web"), f"{LIBEXEC}/{HOST}", "make install")
        # And before CMD, which must not wait in vain for its summary to be sent.
        result = self.call("run", "--push", "http://h/write?db=x", "--", "touch", self.path("ran"))
        self.assert_refused(result, "option '--push'", f"{LIBEXEC}/{HOST}", "make install")
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_it_gets_no_file_that_is_open(self):
        with open(self.path("open"), "wb") as file:
            fd = os.dup2(file.fileno(), 9)
            self.addCleanup(os.close, fd)
            says = f"[ -e /proc/$$/fd/{fd} ] && echo open >&2 || echo shut >&2; exit 1"
            self.assertEqual(self.attach(says, pass_fds=[fd]), b"shut\n")

    def test_options_stand_behind_it(self):
        self.install()
        self.assert_refused(self.call("-q", "test"), "--quiet", "test")

    def test_help_tells_of_it_where_there_is_one(self):
        self.assertIn(b"denet-bpf test", self.call("help", "test").out)
        self.assertIn(b"  test ", self.call("help").out)
        self.assertNotIn(b"  test ", run("help").out)
        self.assert_refused(run("test"), "test")
