# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Rights: what the monitor gives up, what CMD gets, and `--user`."""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import subprocess

from harness import (
    ACT,
    BIN,
    LIMIT_S,
    NOBODY,
    SANITIZER_ENV,
    Case,
    Terminal,
    child_called,
    finish,
    of_kind,
    parse_lines,
    run,
    start,
    the,
    wait_for,
)
from rights import (
    AS_NOBODY,
    CAP_KILL,
    CAP_SYS_PTRACE,
    INHERITED,
    TO_LOAD_LATER,
    TO_SAMPLE,
    dropped,
    root_alone,
    status_of,
)


@root_alone
class Dropped(Case):
    def check(self, caps, expected):
        expected |= TO_SAMPLE
        self.assertEqual(caps, {"CapInh": 0, "CapPrm": expected | TO_LOAD_LATER, "CapEff": expected, "CapBnd": expected,
                                "CapAmb": 0})

    def test_run_keeps_the_right_to_pass_signals_on(self):
        with start("run", "-q", "--", "cat", stdin=subprocess.PIPE) as process:
            self.check(dropped(process.pid), 1 << CAP_KILL | 1 << CAP_SYS_PTRACE)

    def test_run_without_pss_keeps_no_more_than_that(self):
        for option in "--no-pss", "--exclude-children":
            with self.subTest(option=option), \
                 start("run", "-q", option, "--", "cat", stdin=subprocess.PIPE) as process:
                self.check(dropped(process.pid), 1 << CAP_KILL)

    def test_root_alone_with_pss_keeps_what_pss_takes(self):
        with start("run", "-q", "--pss", "--exclude-children", "--", "cat", stdin=subprocess.PIPE) as process:
            self.check(dropped(process.pid), 1 << CAP_KILL | 1 << CAP_SYS_PTRACE)

    def test_attach_keeps_what_pss_takes_or_nothing(self):
        for options, kept in ((), 1 << CAP_SYS_PTRACE), (("--no-pss",), 0):
            with self.subTest(options=options), start(program=["cat"], stdin=subprocess.PIPE) as target, \
                 start("attach", "-q", *options, str(target.pid)) as process:
                self.check(dropped(process.pid), kept)

    def test_figures_are_the_same_without_them(self):
        script = f'"{ACT}" touch 20; "{ACT}" spin 30; (exec true); read x'
        path = self.path("f")
        with start("run", "-q", "-o", path, "-u", "nobody", "--pss", "-i", "20", "--", "sh", "-c", script,
                   stdin=subprocess.PIPE) as process:
            dropped(process.pid)
            wait_for("a sample after it", lambda: self.read("f").count(b'"pss_kb"') > 4)
            process.stdin.close()
            self.assertEqual(process.wait(LIMIT_S), 1)
        records = parse_lines(self.read("f"))
        summary = the(records, "summary")
        self.assertEqual((summary["accounting"], summary["processes_exact"]), ("bpf", summary["processes_total"]))
        self.assertGreater(summary["cpu_time_ns"], 30_000_000)
        self.assertGreater(summary["monitor_peak_rss_kb"], 0)
        self.assertEqual(os.path.realpath(shutil.which("sh")), the(records, "metadata")["executable"])
        for process in of_kind(records, "process"):
            self.assertEqual(process["uid"], NOBODY)
            self.assertIn("cgroup", process)
        # Who has ended holds nothing, or nothing that could be read: the last, and maybe the one before.
        trees = [tree for tree in of_kind(records, "tree")[:-2] if "unknown" not in tree["parent"]]
        self.assertGreater(len(trees), 0)
        for tree in trees:
            self.assertGreater(tree["parent"]["mem_rss_kb"], 0)
            self.assertGreater(tree["parent"]["pss_kb"], 0)

    def test_what_the_root_runs_is_read_before_it_is_too_late(self):
        # sh is a link: only the kernel tells where it leads
        for options in ((), ("-u", "nobody")):
            with self.subTest(options=options):
                with start("run", "-q", "-j", *options, "--", "sh", "-c", "read x", stdin=subprocess.PIPE) as process:
                    metadata = the(parse_lines(process.stdout.readline()), "metadata")
                self.assertEqual(metadata["executable"], os.path.realpath(shutil.which("sh")))

    def test_cgroup_of_the_ended_is_found_without_handles(self):
        cgroup = own_cgroup(self)
        script = f"echo $$ > {cgroup}/cgroup.procs; true; read x"
        with start("run", "-q", "-o", self.path("f"), "--", "sh", "-c", script + "; exit 0", stdin=subprocess.PIPE) \
                as process:
            dropped(process.pid)
            process.stdin.write(b"\n")
            process.stdin.close()
            self.assertEqual(process.wait(LIMIT_S), 0)
        found = the(parse_lines(self.read("f")), "process")["cgroup"]
        self.assertEqual(found.rsplit("/")[-1], os.path.basename(cgroup))


def own_cgroup(case):
    """An empty cgroup where records look for one: in v2, else in v1 memory."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        rows = [line.split(" - ") for line in mounts]
    for kind, option in (("cgroup", "memory"), ("cgroup2", "")):
        for left, right in rows:
            if right.split()[0] == kind and option in right.split()[-1]:
                path = os.path.join(left.split()[4], f"denet-e2e.{os.getpid()}")
                try:
                    os.mkdir(path)
                except OSError:
                    continue
                case.addCleanup(wait_for, "the cgroup is empty", lambda: remove_cgroup(path))
                return path
    return case.skipTest("no cgroup can be made here")


def remove_cgroup(path):
    with contextlib.suppress(OSError):
        os.rmdir(path)
    return not os.path.exists(path)


LOGIN = ("HOME=", "SHELL=", "USER=", "LOGNAME=")


@root_alone
class Inherited(Case):

    def inherited(self, *program, without=()):
        result = run("-c", INHERITED, program=[*program, "sh"], cwd="/", env={"PATH": os.environ["PATH"]})
        self.assertEqual((result.status, result.err), (0, b""), result)
        return [line for line in result.out.decode().splitlines() if not line.startswith(without)]

    def test_by_root(self):
        self.assertEqual(self.inherited(BIN, "run", "-q"), self.inherited())

    def test_by_another_user(self):
        bare = self.inherited(*AS_NOBODY[:-1], "--init-groups")
        self.assertEqual(self.inherited(BIN, "run", "-q", "-u", "nobody", without=LOGIN), bare)

    def test_ambient_capabilities_do_not_pass_to_another_user(self):
        with_caps = ["setpriv", "--inh-caps", "+chown", "--ambient-caps", "+chown"]
        bare = self.inherited(*AS_NOBODY[:-1], "--init-groups")
        self.assertEqual(self.inherited(*with_caps, BIN, "run", "-q", "-u", "nobody", without=LOGIN), bare)
        self.assertEqual(self.inherited(*with_caps, BIN, "run", "-q"), self.inherited(*with_caps))
        again = self.inherited(*with_caps, BIN, "run", "-q", "-u", "root", without=(*LOGIN, "Groups:"))
        self.assertEqual(again, self.inherited(without=("Groups:",)))

    def test_set_user_id_programs_work(self):
        program = self.path("id")
        shutil.copy(shutil.which("id"), program)
        os.chmod(program, 0o4755)
        if run(program, "-u", program=AS_NOBODY).out != b"0\n":
            self.skipTest("set-user-id has no effect in the temporary folder")
        self.assertEqual(run("run", "-q", "-u", "nobody", "--", program, "-u").out, b"0\n")


@root_alone
class User(Case):
    def test_ids_groups_and_environment(self):
        nobody = pwd.getpwuid(NOBODY)
        script = 'id; echo "$HOME $SHELL $USER $LOGNAME"; echo "$PATH $OTHER $MAIL"'
        env = dict(os.environ, OTHER="other", MAIL="mail", HOME="/root", USER="root")
        for name in (nobody.pw_name, f"#{NOBODY}"):
            with self.subTest(name=name):
                result = run("run", "-q", "-u", name, "sh", "-c", script, env=env)
                gid = nobody.pw_gid
                group = grp.getgrgid(gid).gr_name
                self.assertEqual(result.out.decode().splitlines(), [
                    f"uid={NOBODY}({nobody.pw_name}) gid={gid}({group}) groups={gid}({group})",
                    f"{nobody.pw_dir} {nobody.pw_shell} {nobody.pw_name} {nobody.pw_name}",
                    f"{os.environ['PATH']} other mail",
                ])

    def typed(self, *options):
        """What came of typing into root's terminal, and how the command was confined."""
        script = f'"{ACT}" type ""; "{ACT}" type x; grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status'
        with Terminal([BIN, "run", "-q", *options, "--", "sh", "-c", script]) as terminal:
            self.assertEqual(terminal.finish(), 0)
        words = terminal.output.split()
        return words[words.index(b"typed") + 1:]

    def test_the_command_cannot_type_into_the_terminal_of_root(self):
        confined = [b"EPERM", b"NoNewPrivs:", b"0", b"Seccomp:", b"2"]
        self.assertEqual(self.typed("-u", "nobody"), confined)
        self.assertEqual(self.typed("-u", "nobody", "--clean-env"), confined)

    def test_whoever_stays_root_is_not_confined(self):
        for options in ((), ("-u", "root")):
            words = self.typed(*options)
            self.assertNotIn(b"EPERM", words)
            self.assertEqual(words[-1], status_of("self")["Seccomp"].encode())

    def test_where_it_cannot_be_kept_from_typing_that_is_said(self):
        bounded = ["setpriv", "--bounding-set=-sys_admin", BIN, "run", "--accounting", "proc"]
        for options, is_said in ((("-u", "nobody"), True), (("-u", "root"), False), ((), False)):
            with Terminal([*bounded, *options, "true"]) as terminal:
                self.assertEqual(terminal.finish(), 0)
            self.assertEqual(b"can type into this terminal" in terminal.output, is_said)

    def test_a_clean_environment(self):
        nobody = pwd.getpwuid(NOBODY)
        kept = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_TIME": "C", "TZ": "CET",
                "DISPLAY": ":0"}
        left = {"SECRET": "x", "BASH_ENV": "/etc/x", "LD_LIBRARY_PATH": "/x", "PYTHONPATH": "/x", "XDG_RUNTIME_DIR": "/x",
                "LC_ALL": "../x", "LANGUAGE": "%s", "PS1": "() { x; }", "HOMELY": "x", "DISPLAYS": "x", "MAIL": "/root"}
        env = {**left, **kept, "HOME": "/root", "USER": "root", **SANITIZER_ENV}
        result = run("run", "-q", "-u", "nobody", "--clean-env", "env", "-0", env=env)
        self.assertEqual((result.status, result.err), (0, b""), result)
        got = dict(entry.split("=", 1) for entry in result.out.decode().rstrip("\0").split("\0"))
        self.assertEqual(got, {**kept, "HOME": nobody.pw_dir, "SHELL": nobody.pw_shell, "USER": nobody.pw_name,
                               "LOGNAME": nobody.pw_name, "MAIL": f"/var/mail/{nobody.pw_name}"})

    def test_a_clean_environment_is_that_of_another_user(self):
        self.assert_refused(run("run", "--clean-env", "true"), "--clean-env", "--user")

    def test_all_groups_of_the_account(self):
        with open("/etc/group", encoding="utf-8") as file:
            groups = file.read()
        path = self.write("group", groups + "".join(f"denet{i}:x:{70000 + i}:nobody\n" for i in range(100)))
        script = 'mount --bind "$1" /etc/group && exec "$2" run -q -u nobody id -G'
        result = run("-c", script, "sh", path, BIN, program=["unshare", "-m", "sh"])
        if b"mount" in result.err or b"unshare" in result.err:
            self.skipTest(f"no mount namespace: {result.err_lines[0]}")
        self.assertEqual(sorted(map(int, result.out.split())), [NOBODY, *range(70000, 70100)], result)

    def test_root_again(self):
        self.assertEqual(run("run", "-q", "-u", "root", "id", "-u").out, b"0\n")
        self.assertEqual(run("run", "-q", "-u", "#0", "id", "-u").out, b"0\n")

    def test_accounts_that_do_not_exist(self):
        for name in ("no-such-account", "#4294967294", "#-1", "#x", "#", "#4294967295", "#18446744073709551616",
                     "65534", "no\x1b[31m"):
            with self.subTest(name=name):
                result = run("run", "-u", name, "sh", "-c", "echo ran")
                self.assert_refused(result, "--user", name.replace("\x1b", "\\x1b") if name[0] != "n" else "account")
        self.assert_refused(run("run", "-u", "", "true"), "--user")

    def test_takes_root(self):
        copy = self.write("denet-bpf", open(BIN, "rb").read(), 0o755)
        result = run("run", "-u", "nobody", "sh", "-c", "echo ran", program=[*AS_NOBODY, copy])
        self.assert_refused(result, "--user", "root")

    def test_takes_the_capability_as_well(self):
        result = run("run", "-u", "nobody", "sh", "-c", "echo ran", program=["setpriv", "--bounding-set", "-setuid", BIN])
        self.assert_refused(result, str(NOBODY), "not permitted")

    def test_files_are_still_ours(self):
        os.chmod(self.folder, 0o700)
        result = run("run", "-q", "-u", "nobody", "-o", self.path("f"), "--", "sh", "-c", "cd / && id -u")
        self.assertEqual((result.status, result.out), (0, b"65534\n"), result)
        self.assertEqual(os.stat(self.path("f")).st_uid, 0)
        self.assertEqual(the(parse_lines(self.read("f")), "summary")["accounting"], "bpf")

    def test_what_the_user_may_not_execute(self):
        os.chmod(self.folder, 0o700)
        program = self.write("tool", "#!/bin/sh\necho ran\n", 0o755)
        self.assertEqual(run("run", "-q", program).out, b"ran\n")
        self.assert_refused(run("run", "-q", "-u", "nobody", program), program, status=126)

    def test_a_signal_reaches_the_command(self):
        with start("run", "-q", "-u", "nobody", "--", "sleep", "1000") as process:
            dropped(process.pid)
            child = child_called(process.pid, "sleep")
            self.assertEqual(status_of(child)["Uid"].split(), [str(NOBODY)] * 4)
            process.terminate()
            self.assertEqual(finish(process).signal, signal.SIGTERM)

    def test_of_attach_and_stats_has_no_meaning(self):
        self.assert_refused(run("attach", "-u", "nobody", "1"), "--user")
        self.assert_refused(run("stats", "-u", "nobody", "x"), "--user")
