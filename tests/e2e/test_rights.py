# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Rights: what the monitor gives up, what CMD gets, `--user`, and a binary with file capabilities."""

import contextlib
import grp
import os
import platform
import pwd
import shutil
import signal
import subprocess
import unittest

from harness import (
    ACT,
    BIN,
    IS_SANITIZED,
    LIMIT_S,
    MODE,
    NOBODY,
    PROBE,
    SANITIZER_ENV,
    Case,
    Terminal,
    children_of,
    finish,
    need_root,
    of_kind,
    parse_lines,
    rows_of,
    run,
    start,
    the,
    wait_for,
)

CAP_KILL, CAP_SYS_PTRACE, CAP_PERFMON, CAP_BPF = 5, 19, 38, 39
KERNEL = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])
TO_SAMPLE = 0 if KERNEL >= (5, 19) else 1 << CAP_BPF
# Permitted and not in effect, until samples by members are loaded.
TO_LOAD_LATER = 1 << CAP_BPF | 1 << CAP_PERFMON if KERNEL >= (6, 2) else 0
FILE_CAPS = "cap_bpf,cap_perfmon" + ("" if KERNEL >= (5, 11) else ",cap_sys_resource")
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

# All that a process has from whom started it, and that a monitor may have changed.
INHERITED = r"""
ls -l /proc/self/fd | sed -n "s/.* \([0-9]* -> .*\)/fd \1/p" | tr -d "[][:digit:]["
ls /proc/self/fd | wc -l
grep -E "^(Uid|Gid|Groups|Sig[BICPS]|Shd|Cap|NoNewPrivs|Seccomp|Umask|Cpus_allowed_list)" /proc/self/status
for name in oom_score_adj limits coredump_filter cgroup timerslack_ns; do echo $name; cat /proc/self/$name; done
nice; pwd; umask; cut -d" " -f18,19,40,41 /proc/self/stat; env | sort
"""


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
        return {key: value.strip() for key, _, value in (line.partition(":") for line in status)}


def root_alone(test):
    return need_root(test) if MODE == "root" else unittest.skip(f"mode {MODE}")(test)


def dropped(pid):
    """The monitor's status, when it has given up what it gives up: the last is no-new-privs."""
    wait_for("no-new-privs on the monitor", lambda: status_of(pid)["NoNewPrivs"] == "1")
    status = status_of(pid)
    return {key: int(status[key], 16) for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}


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
        for tree in of_kind(records, "tree")[:-1]:
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
            child = wait_for("the command", lambda: children_of(process.pid))[0]
            self.assertEqual(status_of(child)["Uid"].split(), [str(NOBODY)] * 4)
            process.terminate()
            self.assertEqual(finish(process).signal, signal.SIGTERM)

    def test_of_attach_and_stats_has_no_meaning(self):
        self.assert_refused(run("attach", "-u", "nobody", "1"), "--user")
        self.assert_refused(run("stats", "-u", "nobody", "x"), "--user")


@root_alone
class FileCapabilities(Case):
    """A copy with capabilities, run by user nobody in a folder that is nobody's."""

    def setUp(self):
        super().setUp()
        self.bin = self.lend(FILE_CAPS)
        os.mkdir(self.path("own"))
        os.chown(self.path("own"), NOBODY, NOBODY)
        self.own = self.path("own")
        self.secret = self.write("secret", '{"kind": "secret"}\n', 0o600)

    def lend(self, caps, name="denet-bpf", kind="p"):
        path = self.write(name, open(BIN, "rb").read(), 0o755)
        setcap = shutil.which("setcap", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not setcap:
            self.skipTest("setcap is not installed")
        done = subprocess.run([setcap, f"{caps}={kind}", path], capture_output=True, text=True, check=False)
        if done.returncode:
            self.skipTest(f"no file capabilities in the temporary folder: {done.stderr.strip()}")
        return path

    def env(self, **more):
        # The leak checker looks into its own process as a debugger does, which is refused here.
        return dict(os.environ, **({"ASAN_OPTIONS": "detect_leaks=0:disable_coredump=0"} if IS_SANITIZED else {}), **more)

    def as_nobody(self, *args, program=None, **options):
        options.setdefault("env", self.env())
        return run(*args, program=[*AS_NOBODY, program or self.bin], cwd=self.own, **options)

    def start_as_nobody(self, *args, program=None):
        return start(*args, program=[*AS_NOBODY, *(program or [self.bin])], cwd=self.own, stdin=subprocess.PIPE,
                     env=self.env())

    def own_records(self, name="f"):
        return parse_lines(self.read(f"own/{name}"))

    def test_run_is_exact(self):
        script = f'"{ACT}" spin 20; true; (true; exit 3)'
        result = self.as_nobody("run", "-q", "-o", "f", "--write-env", "--", "sh", "-c", script)
        self.assertEqual((result.status, result.err), (3, b""), result)
        summary = the(self.own_records(), "summary")
        self.assertEqual(summary["accounting"], "bpf")
        self.assertEqual(summary["processes_exact"], summary["processes_total"])
        self.assertGreater(summary["cpu_time_ns"], 20_000_000)
        self.assertGreater(summary["monitor_peak_rss_kb"], 0)
        self.assertEqual(os.stat(self.path("own/f")).st_uid, NOBODY)
        mine = run("run", "-q", "-j", "--write-env", "true", stderr=subprocess.DEVNULL)
        env, root_env = the(self.own_records(), "env"), the(parse_lines(mine.out), "env")
        self.assertEqual(set(env), set(root_env))
        for process in of_kind(self.own_records(), "process"):
            self.assertIn("cmd", process)
            self.assertIn("exe", process)

    def test_where_one_is_out_of_the_bounding_set_it_falls_back_and_says_why(self):
        for missing, user in (("perfmon", AS_NOBODY), ("bpf", AS_NOBODY), ("perfmon", ["env"])):
            with self.subTest(missing=missing, user=user[0]):
                bounded = ["setpriv", f"--bounding-set=-sys_admin,-{missing}", "--inh-caps=-all", *user, self.bin]
                result = run("run", "-o", self.path("own/f"), "sh", "-c", "exit 3", program=bounded, cwd=self.own,
                             env=self.env())
                self.assertEqual(result.status, 3, result)
                self.assertIn(f"CAP_{missing.upper()} is out of the bounding set", result.err_lines[0])
                self.assertEqual(the(self.own_records(), "summary")["accounting"], "proc")
                os.remove(self.path("own/f"))

    def test_attach_is_exact(self):
        with self.start_as_nobody("-c", f'read x; "{ACT}" spin 20; exit 0', program=["bash"]) as target:
            wait_for("it runs", lambda: "bash" in open(f"/proc/{target.pid}/comm").read())
            with self.start_as_nobody("attach", "-q", "-o", "f", str(target.pid)) as process:
                dropped(process.pid)
                target.stdin.write(b"\n")
                target.stdin.flush()
                result = finish(process)
        self.assertEqual((result.status, result.err), (0, b""), result)
        summary = the(self.own_records(), "summary")
        self.assertEqual((summary["accounting"], summary["processes_total"]), ("bpf", 2))
        self.assertGreater(summary["cpu_time_ns"], 20_000_000)

    def test_nothing_is_left_of_them_when_monitoring_has_begun(self):
        with self.start_as_nobody("run", "-q", "--", "cat") as process:
            caps = dropped(process.pid)
            del caps["CapBnd"]  # gives nothing to whom cannot exec
            self.assertEqual(caps, {"CapInh": 0, "CapPrm": TO_SAMPLE | TO_LOAD_LATER, "CapEff": TO_SAMPLE, "CapAmb": 0})

    def test_the_command_inherits_nothing(self):
        def inherited(program):
            result = run("-c", INHERITED, program=[*AS_NOBODY, *program, "sh"], cwd="/", env=self.env())
            self.assertEqual(result.status, 0, result)
            return result.out.decode().splitlines()

        self.assertEqual(inherited([self.bin, "run", "-q"]), inherited([]))

    def test_the_command_finds_closed_what_was_closed(self):
        def descriptors(closed, program):
            shell = ["sh", "-c", f'exec "$@" {closed}', "sh"]
            result = run(PROBE, "f", program=[*AS_NOBODY, *shell, *program], cwd=self.own, env=self.env())
            self.assertEqual(result.status, 0, result)
            return [line.split(" ")[1] for line in self.read("own/f").decode().splitlines() if line.startswith("fd ")]

        for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed):
                self.assertEqual(descriptors(closed, [self.bin, "run", "-q"]), descriptors(closed, []))
        for given in ("</dev/null", "</dev/full >/dev/null 2>/dev/null", "0>/dev/full 1<>/dev/null"):
            with self.subTest(given=given):
                self.assertEqual(descriptors(given, [self.bin, "run", "-q"]), ["0", "1", "2"])

    def test_the_command_gets_the_environment_of_the_caller(self):
        env = self.env(LD_LIBRARY_PATH="/nowhere", LD_PRELOAD="", MALLOC_ARENA_MAX="2", TMPDIR="/nowhere",
                       LIBBPF_LOG_LEVEL="debug", EMPTY="", ODD="a=b\nc")
        bare = run(program=[*AS_NOBODY, "env", "-0"], env=env).out
        self.assertIn(b"LD_LIBRARY_PATH=/nowhere", bare)
        self.assertEqual(self.as_nobody("run", "-q", "env", "-0", env=env).out, bare)
        self.assertEqual(self.as_nobody("run", "-q", "/usr/bin/env", "-0", env={}).out, b"")

    def test_its_own_environment_changes_what_is_shown_and_no_more(self):
        env = self.env(DENET_BPF_VERBOSE="1", DENET_BPF_INTERVAL="20", DENET_BPF_ACCOUNTING="proc")
        result = self.as_nobody("run", "-o", "f", "--", "env", "-0", env=env)
        self.assertIn(b"DENET_BPF_INTERVAL=20\0", result.out)
        metadata = the(self.own_records(), "metadata")
        self.assertEqual((metadata["interval_ms"], metadata["accounting"]), (100, "bpf"))
        self.assertIn(b"faults", result.err)

    def test_no_file_is_opened_with_more_than_the_caller_has(self):
        # as if somebody had given it far too much
        greedy = self.lend("cap_bpf,cap_perfmon,cap_dac_override,cap_dac_read_search,cap_sys_ptrace,cap_sys_admin",
                           "greedy")
        for program in (self.bin, greedy):
            with self.subTest(program=program):
                result = self.as_nobody("run", "-o", self.secret, "true", program=program)
                self.assert_refused(result, self.secret)
                result = self.as_nobody("stats", self.secret, program=program)
                self.assert_refused(result, self.secret, status=1)
                result = self.as_nobody("run", "-o", self.path("new"), "true", program=program)
                self.assert_refused(result, self.path("new"))
        self.assertEqual(self.read("secret"), b'{"kind": "secret"}\n')

    def test_attach_takes_what_a_debugger_takes(self):
        greedy = self.lend("cap_bpf,cap_perfmon,cap_sys_ptrace,cap_sys_admin,cap_kill", "greedy")
        with start("1000", program=["sleep"]) as target:
            for program in (self.bin, greedy):
                with self.subTest(program=program):
                    self.assert_refused(self.as_nobody("attach", str(target.pid), program=program),
                                        str(target.pid), "not yours")

    def test_attach_refuses_a_set_user_id_program_of_the_caller(self):
        # its real user id is the caller's
        program = self.set_user_id("sleep")
        with self.start_as_nobody("1000", program=[program]) as target:
            wait_for("it has the id", lambda: status_of(target.pid)["Uid"].split()[1] == "0")
            self.assert_refused(self.as_nobody("attach", str(target.pid)), str(target.pid), "not yours")

    def test_attach_to_nobody_at_all(self):
        done = subprocess.Popen(["true"])
        done.wait()
        self.assert_refused(self.as_nobody("attach", str(done.pid)), str(done.pid))

    def set_user_id(self, name):
        program = self.path(f"suid-{os.path.basename(name)}")
        shutil.copy(shutil.which(name), program)
        os.chmod(program, 0o4755)
        ids = self.path("suid-id")
        shutil.copy(shutil.which("id"), ids)
        os.chmod(ids, 0o4755)
        if run(ids, "-u", program=AS_NOBODY).out != b"0\n":
            self.skipTest("set-user-id has no effect in the temporary folder")
        return program

    def test_programs_of_others_are_counted_and_not_told(self):
        program = self.set_user_id("env")
        other = self.path("other-env")
        shutil.copy(program, other)
        os.chown(other, 1, 1)
        os.chmod(other, 0o4755)
        script = (f'"{other}" setpriv --ruid=1 "{ACT}" spin 30; '
                  f'"{program}" setpriv --ruid=0 --clear-groups --rgid=0 "{ACT}" spin 30; "{ACT}" spin 5; '
                  f'"{program}" sh -c ":" secret; true')
        result = self.as_nobody("run", "-q", "-o", "f", "--", "sh", "-c", script)
        self.assertEqual((result.status, result.err), (0, b""), result)
        records = self.own_records()
        ended = of_kind(records, "process")
        for uid in (0, 1):  # with capabilities, and without
            foreign = [each for each in ended if each["comm"] == "act" and each["uid"] == uid]
            self.assertEqual(len(foreign), 1)
            self.assertGreaterEqual(foreign[0]["cpu_time_ns"], 30_000_000)
            self.assertEqual(foreign[0]["cpu_time_ns"] % 10_000_000, 0)
            self.assertNotIn("cmd", foreign[0])
            self.assertNotIn("exe", foreign[0])
        own = [each for each in ended if each["comm"] == "act" and each["uid"] == NOBODY]
        self.assertEqual(own[0]["cmd"][1:], ["spin", "5"])
        self.assertGreater(the(records, "summary")["cpu_time_ns"], 65_000_000)
        for record in records:
            for word in (program, other, "secret", "setpriv"):
                self.assertNotIn(word, [record.get("exe"), *(record.get("cmd") or [])])

    def check_withheld(self, records, mib):
        """Of a program of another user that has read so much, and one of the caller's that has read 2 MiB."""
        io = {"disk_read_bytes", "disk_write_bytes", "syscall_read_bytes", "syscall_write_bytes"}
        ended = {each["comm"]: each for each in of_kind(records, "process")}
        foreign, own = ended["suid-act"], ended["act"]
        self.assertGreaterEqual(own["syscall_read_bytes"], 2 << 20)
        self.assertEqual(io & set(foreign), set())
        self.assertEqual((foreign["cpu_time_ns"] % 10_000_000, foreign["exact"]), (0, False))
        self.assertEqual(foreign.get("run_delay_ns", 0) % 10_000_000, 0)
        self.assertGreater(foreign["peak_rss_kb"], 0)
        summary = the(records, "summary")
        self.assertEqual(summary["processes_exact"], summary["processes_total"] - 1)
        for tree in of_kind(records, "tree"):
            self.assertLess(tree["aggregated"].get("syscall_read_bytes", 0), mib << 20)
            for child in (tree.get("parent") or {}, *tree["children"]):
                if child.get("pid") == foreign["pid"]:
                    self.assertEqual((io | {"pss_kb"}) & set(child), set())
        for key, value in summary.items():
            if "read" in key and "bytes" in key:
                self.assertLess(value, mib << 20, key)

    def test_of_programs_of_others_nothing_is_told_that_proc_refuses(self):
        program = self.set_user_id(ACT)
        # a shell's background has no input of its own: give it ours
        script = f'exec 3<&0; "{program}" read 8 <&3 & "{ACT}" read 2 </dev/null; wait; exit 0'
        with self.start_as_nobody("run", "-q", "-i", "5", "-m", "5", "--pss", "-o", "f", "--", "sh", "-c", script) as process:
            self.assertEqual([process.stdout.readline() for _ in range(2)], [b"read\n"] * 2)
            seen = self.read("own/f").count(b'"tree"')
            wait_for("samples of both", lambda: self.read("own/f").count(b'"tree"') > seen + 3)
            foreign = [pid for shell in children_of(process.pid) for pid in children_of(shell)
                       if status_of(pid)["Name"] == "suid-act"]
            self.assertNotEqual(run(f"/proc/{foreign[0]}/io", program=[*AS_NOBODY, "cat"]).status, 0)
            process.stdin.close()
            self.assertEqual(process.wait(LIMIT_S), 0)
        self.check_withheld(self.own_records(), 8)

    def test_the_end_of_a_program_of_others_tells_no_more(self):
        program = self.set_user_id(ACT)
        for i in range(20):  # that end while a sample is taken, now and then
            script = f'"{program}" read 8 </dev/null; "{ACT}" read 2 </dev/null; exit 0'
            result = self.as_nobody("run", "-q", "-i", "1", "-m", "1", "-o", f"f{i}", "--", "sh", "-c", script)
            self.assertEqual(result.status, 0, result)
            self.check_withheld(self.own_records(f"f{i}"), 8)

    def test_root_itself_is_told_all(self):
        program = self.set_user_id(ACT)
        records = self.records(command=(program, "read", "8"))
        self.assertGreaterEqual(the(records, "process")["syscall_read_bytes"], 8 << 20)
        self.assertTrue(the(records, "process")["exact"])

    def test_programs_of_others_that_ran_before_are_not_told(self):
        program = self.set_user_id("sleep")
        script = f'"{program}" 1000.125 & sleep 1000.125 & read x; kill %2; exit 0'
        with self.start_as_nobody("-c", script, program=["bash"]) as target:
            def ids():
                return sorted(status_of(pid)["Uid"].split()[1] for pid in children_of(target.pid))

            wait_for("both run", lambda: ids() == ["0", str(NOBODY)] and {"suid-sleep", "sleep"} == {
                status_of(pid)["Name"] for pid in children_of(target.pid)})
            foreign = [pid for pid in children_of(target.pid) if status_of(pid)["Name"] == "suid-sleep"][0]
            self.addCleanup(os.kill, foreign, signal.SIGKILL)
            with self.start_as_nobody("attach", "-q", "-o", "f", str(target.pid)) as process:
                dropped(process.pid)
                target.stdin.close()
                self.assertEqual(process.wait(LIMIT_S), 0)
        told = {each["comm"]: each for each in of_kind(self.own_records(), "process")}
        self.assertEqual(told["sleep"]["cmd"], ["sleep", "1000.125"])
        self.assertNotIn("cmd", told["suid-sleep"])
        self.assertNotIn("exe", told["suid-sleep"])
        for record in of_kind(self.own_records(), "child"):
            self.assertNotIn(program, record.get("cmd") or [])

    def test_set_user_id_is_refused(self):
        path = self.write("suid-denet-bpf", open(BIN, "rb").read(), 0o4755)
        self.set_user_id("true")
        for args in (("run", "true"), ("stats", self.secret), ("-V",)):
            self.assert_refused(self.as_nobody(*args, program=path), "set-user-id")

    def test_capabilities_of_the_caller_serve_as_well(self):
        plain = self.write("plain", open(BIN, "rb").read(), 0o755)
        caps = "+bpf,+perfmon,+sys_resource"
        caps = FILE_CAPS
        lent = ["capsh", "--keep=1", f"--gid={NOBODY}", f"--uid={NOBODY}", f"--caps={caps}+eip",
                *(f"--addamb={cap}" for cap in caps.split(",")), "--", "-c", 'exec "$@"', "sh"]
        env = self.env(PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
        show = ["grep", "^Cap", "/proc/self/status"]
        result = run("run", "-q", "-o", "f", *show, program=[*lent, plain], cwd=self.own, env=env)
        self.assertEqual((result.status, result.err), (0, b""), result)
        self.assertEqual(result.out, run(*show, program=lent, env=env).out)
        self.assertEqual(the(self.own_records(), "summary")["accounting"], "bpf")

    def test_csv_and_stats_of_own_files(self):
        self.assertEqual(self.as_nobody("run", "-q", "-o", "f.csv", "--format", "csv", "true").status, 0)
        self.assertGreater(len(rows_of(self.read("own/f.csv"))), 1)
        self.as_nobody("run", "-q", "-o", "f", "true")
        self.assertEqual(self.as_nobody("stats", "f").status, 0)
