# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`doctor`: what this machine allows, with all rights, with none, and with bpf() forbidden."""

import json
import os
import shutil
import subprocess
import unittest

from harness import BIN, FORBID, NOBODY, ROOT, Case, bpf_missing, exact, need_root, not_in_mode, parse, run, wait_for

AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
QUOTAS = "/sys/fs/cgroup/cpu"  # of version 1
PROGRAMS = {"on_wakeup_new", "on_process_exec", "on_process_exit", "on_switch", "on_signal_generate", "sample_tasks",
            "seed_tasks"}
ALWAYS = {"kind", "version", "exact", "accounting", "capabilities", "programs", "load_paths", "losses", "fixes"}


def bpf_objects():
    """The programs and links of the whole machine that carry our names, by descriptors of our own."""
    names = {program[:15] for program in PROGRAMS}
    listed = subprocess.run(["bpftool", "-j", "prog", "list"], stdout=subprocess.PIPE, check=True).stdout
    return [program["id"] for program in json.loads(listed) if program.get("name") in names]


class Case(Case):  # pylint: disable=function-redefined

    def doctor(self, *prefix, binary=BIN, status=0, **options):
        """The object for a machine, and the table for a person, which have to agree."""
        result = run("doctor", "--json", program=[*prefix, binary], **options)
        self.assertEqual((result.status, result.err), (status, b""), result)
        found = parse(result.out)
        self.assertEqual(found["kind"], "doctor")
        self.assertLessEqual(ALWAYS, found.keys())
        self.assertEqual(found["exact"], status == 0)
        self.assertEqual(found["exact"], found["accounting"] == "bpf")
        self.assertNotIn(None, found.values())
        self.agree(found, self.table(*prefix, binary=binary, status=status, **options))
        return found

    def table(self, *prefix, binary=BIN, status=0, **options):
        environment = dict(os.environ, COLUMNS="100")
        result = run("doctor", program=[*prefix, binary], env=environment, **options)
        self.assertEqual((result.status, result.err), (status, b""), result)
        return result.out.decode()

    def agree(self, found, table):
        words = " ".join(table.split())
        self.assertIn("exact, by eBPF" if found["exact"] else {"proc": "sampled from /proc"}.get(
            found["accounting"], "accounting none"), words)
        for capability in found["capabilities"]:
            state = "held" if capability["effective"] else ""
            self.assertIn(f"{capability['name']} {state}", words)
            if not state:
                self.assertNotIn(f"{capability['name']} held", words)
        for program in found["programs"]:
            state = "attached" if "/" in program["hook"] else "loaded"
            if not program.get("attached"):
                state = "not attached" if program["loaded"] else "not loaded"
            self.assertIn(f"{program['name']} {program['hook']} {state}", words)
            if "reason" in program:
                self.assertIn(program["reason"], words)
        for sentence in found["losses"] + [fix["text"] for fix in found["fixes"]]:
            self.assertIn("- " + sentence, words)
        lines = {line.strip() for line in table.splitlines()}
        for fix in found["fixes"]:
            if "command" in fix:
                self.assertIn(fix["command"], lines, "a command stands on one line")

    def reachable(self):
        """A copy that anybody can execute."""
        copy = self.path("denet bpf")
        shutil.copy(BIN, copy)
        os.chmod(copy, 0o755)
        return copy


@need_root
@exact
class WithAllRights(Case):

    def test_every_program_is_attached(self):
        found = self.doctor()
        self.assertEqual((found["accounting"], found["uid"]), ("bpf", 0))
        self.assertLessEqual(PROGRAMS, {program["name"] for program in found["programs"]})
        for program in found["programs"]:
            self.assertEqual((program["loaded"], program["attached"]), (True, True), program)
            self.assertNotIn("reason", program)
        self.assertIn(found["load_path"], [path["name"] for path in found["load_paths"] if path.get("works")])
        self.assertEqual(found["fixes"], [])
        self.assertNotIn("reason", found)

    def test_the_machine_is_as_its_files_say(self):
        found = self.doctor()
        self.assertEqual((found["kernel"], found["architecture"]), (os.uname().release, os.uname().machine))
        for key, path in (("unprivileged_bpf_disabled", "unprivileged_bpf_disabled"),
                          ("perf_event_paranoid", "perf_event_paranoid"), ("ptrace_scope", "yama/ptrace_scope")):
            path = f"/proc/sys/kernel/{path}"
            if os.path.exists(path):
                with open(path, encoding="ascii") as file:
                    self.assertEqual(found[key], int(file.read()))
            else:
                self.assertNotIn(key, found)
        with open("/proc/self/status", encoding="utf-8") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        held = {"CAP_KILL": 5, "CAP_SYS_PTRACE": 19, "CAP_SYS_ADMIN": 21, "CAP_SYS_RESOURCE": 24, "CAP_PERFMON": 38,
                "CAP_BPF": 39}
        for capability in found["capabilities"]:
            bit = held.pop(capability["name"])
            for key, line in (("effective", "CapEff"), ("permitted", "CapPrm"), ("bounding", "CapBnd")):
                self.assertEqual(capability[key], bool(int(status[line], 16) >> bit & 1), capability)
        self.assertEqual(held, {})
        self.assertEqual((found["cpus_allowed"], found["cpus_online"]), (len(os.sched_getaffinity(0)), os.cpu_count()))
        self.assertEqual(found["proc_children"], os.path.exists("/proc/thread-self/children"))

    def test_the_limits_are_those_that_hold_here(self):
        cpu = min(os.sched_getaffinity(0))
        found = self.doctor("taskset", "-c", str(cpu))
        self.assertEqual(found["cpus_allowed"], 1)
        self.assertIn(f" 1 of {os.cpu_count()} cpus", self.table("taskset", "-c", str(cpu)))

    @unittest.skipUnless(os.path.exists(f"{QUOTAS}/cpu.cfs_quota_us"), "no quota in cgroups of version 1 here")
    @unittest.skipIf(os.geteuid(), "makes a cgroup")
    def test_the_quota_is_that_of_the_cgroup(self):
        group = f"{QUOTAS}/denet-doctor-{os.getpid()}"
        os.mkdir(group)
        try:
            with open(f"{group}/cpu.cfs_quota_us", "w", encoding="ascii") as file:
                file.write("150000")
            enter = ("sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")
            self.assertEqual(self.doctor(*enter)["cgroup_cpu_limit_cores"], 1.5)
            self.assertIn("1.5 cores (quota)", self.table(*enter))
        finally:
            os.rmdir(group)

    @unittest.skipUnless(shutil.which("bpftool"), "needs bpftool")
    def test_nothing_stays_behind(self):
        before = set(bpf_objects())
        self.doctor()
        # The kernel frees them a moment later, and others may run denet-bpf at the same time.
        new = set(bpf_objects()) - before
        wait_for("all programs go", lambda: not new & set(bpf_objects()))

    def test_a_file_gets_what_stdout_would(self):
        result = run("doctor", "--json", "-o", self.path("out"))
        self.assertEqual((result.status, result.out, result.err), (0, b"", b""), result)
        self.assertTrue(parse(self.read("out"))["exact"])

    def test_quiet_leaves_the_exit_status(self):
        result = run("doctor", "-q")
        self.assertEqual((result.status, result.out, result.err), (0, b"", b""), result)

    def test_capabilities_of_the_file_are_enough(self):
        copy = self.path("denet bpf")
        shutil.copy(BIN, copy)
        capabilities = "cap_bpf,cap_perfmon=p"
        if subprocess.run(["setcap", capabilities, copy], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("setcap does not work in " + self.folder)
        if tuple(int(part) for part in os.uname().release.split(".")[:2]) < (5, 11):
            self.skipTest("below 5.11 they are not")
        found = self.doctor(*AS_NOBODY, binary=copy)
        self.assertEqual((found["accounting"], found["uid"]), ("bpf", NOBODY))


@need_root
class WithLess(Case):
    def test_a_user_learns_which_capabilities_and_which_command(self):
        copy = self.reachable()
        found = self.doctor(*AS_NOBODY, binary=copy, status=1)
        effective = {capability["name"]: capability["effective"] for capability in found["capabilities"]}
        self.assertEqual((effective["CAP_BPF"], effective["CAP_PERFMON"]), (False, False))
        self.assertEqual((found["accounting"], found["uid"]), ("proc", NOBODY))
        self.assertIn("CAP_BPF", found["reason"])
        self.assertIn("CAP_PERFMON", found["reason"])
        for program in found["programs"]:
            self.assertFalse(program["loaded"])
            self.assertIn("not permitted", program["reason"])
        self.assertGreaterEqual(len(found["losses"]), 3)
        commands = [fix.get("command", "") for fix in found["fixes"]]
        self.assertIn(f"sudo '{copy}' run -u \"$USER\" CMD", commands)
        self.assertTrue(any(command.startswith("sudo setcap cap_bpf,cap_perfmon") and command.endswith(f"=p '{copy}'")
                            for command in commands), commands)

    @not_in_mode("nobpf", "bpf() is forbidden, which is another reason")
    def test_what_the_readme_shows_is_said(self):
        readme = (ROOT / "README.md").read_text()
        sample = readme.partition("$ denet-bpf doctor\n")[2].partition("```")[0]
        self.assertTrue(sample)
        copy = self.reachable()
        said = run("doctor", program=[*AS_NOBODY, copy], env={**os.environ, "LC_ALL": "C"}).out.decode()
        words = " ".join(said.replace(f"'{copy}'", copy).replace(copy, "/usr/local/bin/denet-bpf").split())
        if "cap_sys_resource" in words:
            self.skipTest("the kernel asks for CAP_SYS_RESOURCE, too")
        for part in sample.split("...\n"):
            self.assertIn(" ".join(part.split()), words)

    @not_in_mode("nobpf", "bpf() is forbidden, whatever the file may")
    def test_the_advised_command_works(self):
        copy = self.reachable()
        if subprocess.run(["setcap", "cap_bpf=p", copy], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("setcap does not work in " + self.folder)
        subprocess.run(["setcap", "-r", copy], check=True)
        found = self.doctor(*AS_NOBODY, binary=copy, status=1)
        command = next(fix["command"] for fix in found["fixes"] if fix.get("command", "").startswith("sudo setcap"))
        subprocess.run(command.removeprefix("sudo "), shell=True, check=True)
        if "cap_sys_resource" in command:
            self.skipTest("the kernel asks for CAP_SYS_RESOURCE, which this test may not have to give")
        self.doctor(*AS_NOBODY, binary=copy, status=0)

    def test_one_capability_is_not_enough(self):
        for missing in ("bpf", "perfmon"):
            with self.subTest(missing=missing):
                drop = ["setpriv", f"--bounding-set=-sys_admin,-{missing}", "--inh-caps=-all"]
                found = self.doctor(*drop, status=1)
                state = {capability["name"]: capability for capability in found["capabilities"]}
                self.assertEqual(state[f"CAP_{missing.upper()}"]["bounding"], False)
                commands = [fix.get("command", "") for fix in found["fixes"]]
                self.assertTrue(any("--cap-add BPF --cap-add PERFMON" in command for command in commands), commands)
                self.assertFalse(any("setcap" in command for command in commands), commands)

    def test_a_user_namespace_does_not_help(self):
        if subprocess.run(["unshare", "-Ur", "true"], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no user namespaces here")
        found = self.doctor("unshare", "-Ur", status=1)
        self.assertEqual(found["user_namespace_initial"], False)
        self.assertEqual(found["accounting"], "proc")
        self.assertIn("user namespace", found["fixes"][0]["text"])
        self.assertFalse(any("setcap" in fix.get("command", "") for fix in found["fixes"]))

    def test_no_new_privs_is_named(self):
        found = self.doctor(*AS_NOBODY, "--no-new-privs", binary=self.reachable(), status=1)
        self.assertTrue(found["no_new_privs"])
        self.assertIn("no_new_privs", found["fixes"][0]["text"])
        self.assertFalse(any("sudo" in fix.get("command", "") for fix in found["fixes"]))


class BpfForbidden(Case):
    def test_by_seccomp(self):
        for error, words in (("EPERM", "not permitted"), ("ENOSYS", "not implemented")):
            with self.subTest(error=error):
                found = self.doctor(FORBID, "bpf", error, status=1)
                self.assertEqual((found["accounting"], found["seccomp"]), ("proc", 2))
                for program in found["programs"]:
                    self.assertFalse(program["loaded"])
                    self.assertIn(words, program["reason"])
                if os.geteuid() == 0:
                    self.assertIn("seccomp=", found["fixes"][0]["command"])


@need_root
class WithoutFiles(Case):
    def hidden(self, *paths):
        """A shell line that empties these folders for what comes after it."""
        mounts = "; ".join(f"mount -t tmpfs none {path}" for path in paths)
        return ["unshare", "-m", "sh", "-c", f'{mounts}; exec "$@"', "sh"]

    def test_neither_proc_nor_sys(self):
        for paths in (("/sys",), ("/proc",), ("/proc", "/sys")):
            with self.subTest(paths=paths):
                result = run("doctor", "--json", program=[*self.hidden(*paths), BIN])
                self.assertIn(result.status, (0, 1), result)
                found = parse(result.out)
                if "/sys" in paths:
                    self.assertEqual(found["btf"], False)
                if "/proc" in paths:
                    self.assertEqual(found["proc"], False)
                    for key in ("hidepid", "cgroup", "seccomp", "user_namespace_initial", "proc_children"):
                        self.assertNotIn(key, found)
                self.assertEqual(run("doctor", program=[*self.hidden(*paths), BIN]).status, result.status)

    def test_no_source_at_all(self):
        found = parse(run("doctor", "--json", program=[*self.hidden("/proc"), FORBID, "bpf", "EPERM", BIN]).out)
        self.assertEqual((found["accounting"], found["exact"]), ("none", False))
        self.assertEqual(len(found["losses"]), 1)

    def test_hidepid_is_shown(self):
        hide = ["unshare", "-m", "sh", "-c", 'mount -t proc -o hidepid=2 none /proc; exec "$@"', "sh"]
        found = parse(run("doctor", "--json", program=[*hide, BIN]).out)
        self.assertIn(found["hidepid"], ("2", "invisible"))


class AsInRun(Case):
    def test_the_verdict_is_what_a_run_gets(self):
        found = self.doctor(status=1 if bpf_missing() else 0)
        records = self.records()
        self.assertEqual(found["accounting"], records[0]["accounting"])


class CommandLine(Case):
    def test_operands_and_foreign_options_are_refused(self):
        self.assert_refused(run("doctor", "x"), "doctor", "x")
        self.assert_refused(run("doctor", "--interval", "5"), "--interval", "doctor")
        self.assert_refused(run("doctor", "--json=1"), "--json")

    def test_help_names_it(self):
        self.assertIn(b"doctor", run("help").out)
        self.assertIn(b"--json", run("help", "doctor").out)
        self.assertEqual(run("doctor", "--help").out, run("help", "doctor").out)

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "wb") as full:
            self.assertEqual(run("doctor", stdout=full).status, 125)

    def test_colour_only_when_asked(self):
        self.assertNotIn(b"\x1b", run("doctor").out)
        self.assertIn(b"\x1b[", run("doctor", "--color=always").out)
