# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A binary with file capabilities: what it may, what the caller learns, and what CMD gets."""

import os
import shutil
import signal
import subprocess

from harness import (
    ACT,
    BIN,
    IS_SANITIZED,
    LIMIT_S,
    NOBODY,
    PROBE,
    Case,
    children_of,
    finish,
    of_kind,
    parse_lines,
    rows_of,
    run,
    start,
    the,
    wait_for,
)
from rights import AS_NOBODY, FILE_CAPS, INHERITED, TO_LOAD_LATER, TO_SAMPLE, dropped, root_alone, status_of


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

    def test_attach_believes_no_proc_of_the_caller(self):
        with start("1000", program=["sleep"]) as target:
            os.makedirs(self.path(f"own/proc/{target.pid}"))
            os.symlink("/bin/true", self.path(f"own/proc/{target.pid}/exe"))
            self.write(f"own/proc/{target.pid}/status", f"Name:\tsleep\nTgid:\t{target.pid}\n")
            self.assert_refused(self.as_nobody("attach", "--proc-root", "proc", str(target.pid)),
                                str(target.pid), "not yours")

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
