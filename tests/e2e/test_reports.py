# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Files about a run, and what CI services read: when they are there, who cannot write them, hostile names."""

import os
import re
import stat
import xml.dom.minidom

from harness import ACT, Case, exact, finish, need_root, not_in_mode, parse, start, wait_for_file

SERVICES = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI", "TEAMCITY_VERSION", "DENET_BPF_CI")
PLAIN = {name: value for name, value in os.environ.items() if name not in SERVICES}
HOSTILE = "::error::|`]]>\r"  # 15 bytes, all that the kernel keeps


def on(service, value, **more):
    return {**PLAIN, service: value, **more}


class Files(Case):
    def listing(self):
        return sorted(os.listdir(self.folder))

    def test_each_format_by_the_end_of_the_name(self):
        names = ("a.txt", "a.json", "a.md", "a.xml", "a.prom")
        args = [word for name in names for word in ("--summary", name)]
        result = self.run_here("run", "-q", *args, "--fail-if", "wall > 1ns", "sh", "-c", "true; exit 0")
        self.assertEqual(result.status, 123, result)
        self.assertEqual(self.listing(), sorted(names))
        self.assertIn("exit 0\n", self.read("a.txt").decode().splitlines(True)[0])
        self.assertNotIn(b"\x1b", self.read("a.txt"))
        summary = parse(self.read("a.json"))
        self.assertEqual((summary["kind"], summary["exit_code"]), ("summary", 0))
        self.assertEqual([(one["expression"], one["outcome"]) for one in summary["budgets"]], [("wall > 1ns", "broken")])
        self.assertTrue(self.read("a.md").startswith(b"### <code>sh</code>: exit 0\n"))
        suite = xml.dom.minidom.parseString(self.read("a.xml")).getElementsByTagName("testsuite")[0]
        self.assertEqual((suite.getAttribute("tests"), suite.getAttribute("failures")), ("1", "1"))
        self.assertEqual(self.read("a.prom").splitlines()[-1], b"# EOF")
        self.assertIn(b"\ndenet_run_wall_seconds ", self.read("a.prom"))

    def test_the_commands_streams_are_its_own(self):
        result = self.run_here("run", "-q", "--summary", "s.json", "sh", "-c", "echo out; echo err >&2")
        self.assertEqual((result.status, result.out, result.err), (0, b"out\n", b"err\n"), result)
        result = self.run_here("run", "-q", "--summary", "-", "echo", "out")
        self.assertEqual((result.status, result.err), (0, b""), result)
        self.assertEqual(result.out.split(b"\n")[0], b"out")
        self.assertIn(b"echo out", result.out.split(b"\n")[1])

    def test_nothing_is_seen_before_it_is_whole(self):
        self.write("s.md", "older\n")
        self.gate()
        script = "echo > started; read line < gate"
        with start("run", "-q", "--summary", "s.md", "--summary", "new.md", "sh", "-c", script,
                   cwd=self.folder) as process:
            wait_for_file(self.path("started"))
            self.assertEqual(self.read("s.md"), b"older\n")
            self.assertEqual(self.listing(), ["gate", "s.md", "started"])
            self.let_go()
            self.assertEqual(finish(process).status, 0)
        self.assertIn(b"exit 0", self.read("s.md").splitlines()[0])
        self.assertEqual(self.listing(), ["gate", "new.md", "s.md", "started"])

    def test_an_older_file_keeps_its_mode_and_devices_stay(self):
        self.write("s.md", "older\n", mode=0o640)
        result = self.run_here("run", "-q", "--summary", "s.md", "--summary", "/dev/null", "true")
        self.assertEqual(result.status, 0, result)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("s.md")).st_mode), 0o640)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_what_cannot_be_written_is_known_before(self):
        os.mkdir(self.path("dir"))
        for name, word in (("none/s.md", "No such file"), ("dir", "Is a directory"), ("", "--summary")):
            with self.subTest(name=name):
                result = self.run_here("run", "--summary", name, "touch", "started")
                self.assert_refused(result, name, word)
                self.assertEqual(self.listing(), ["dir"])

    def test_what_cannot_be_written_later_changes_no_status(self):
        for command, status in (("exit 0", 0), ("exit 3", 3)):
            result = self.run_here("run", "-q", "--summary", "/dev/full", "sh", "-c", command)
            self.assertEqual((result.status, len(result.err_lines)), (status, 1), result)
            self.assertIn("cannot write to '/dev/full': No space left", result.err_lines[0])

    def test_other_commands_fail_by_it(self):
        self.records()
        result = self.run_here("stats", "--summary", "/dev/full", "records.jsonl")
        self.assertEqual((result.status, len(result.err_lines)), (1, 1), result)
        with start("-c", "echo > started; exec sleep 1000", program=["sh"], cwd=self.folder) as target:
            wait_for_file(self.path("started"))
            result = self.run_here("attach", "-q", "-d", "0.01", "--summary", "/dev/full", str(target.pid))
            self.assertEqual((result.status, len(result.err_lines)), (1, 1), result)

    def test_a_recorded_file_says_what_the_run_said(self):
        result = self.run_here("run", "-q", "-o", "r.jsonl", "--summary", "run.md", "--summary", "run.prom",
                               "sh", "-c", "true; exit 3")
        self.assertEqual(result.status, 3, result)
        result = self.run_here("stats", "-q", "--summary", "stats.md", "--summary", "stats.prom", "r.jsonl")
        self.assertEqual(result.status, 0, result)
        self.assertEqual(self.read("stats.md"), self.read("run.md"))
        # what a record leaves out because it is 0 is not known when it is read back
        told, again = (self.read(name).splitlines() for name in ("run.prom", "stats.prom"))
        left_out = [line for line in told if line not in again and not line.startswith(b"#")]
        self.assertTrue(all(line.endswith(b" 0") or line.endswith(b" 0.0") for line in left_out), left_out)
        self.assertEqual([line for line in again if line not in told], [])

    def test_refused(self):
        self.assert_refused(self.run_here("-j", "run", "--summary", "-", "true"), "--summary", "--json")
        self.assert_refused(self.run_here("run", "-o", "x", "--summary", "x", "true"), "--summary", "--out", "'x'")
        self.assert_refused(self.run_here("run", "--summary", "x", "--summary", "x", "true"), "--summary", "'x'")
        self.assert_refused(self.run_here("doctor", "--ci"), "--ci", "doctor")

    @need_root
    def test_in_a_folder_of_another_user(self):
        """The monitor has given up what root could write there with, by then."""
        os.mkdir(self.path("theirs"))
        self.write("theirs/old.md", "older and much longer than a line\n" * 100)
        for name in ("theirs", "theirs/old.md"):
            os.chown(self.path(name), 65534, 65534)
        result = self.run_here("run", "-q", "--summary", "theirs/old.md", "--summary", "theirs/new.md", "true")
        self.assertEqual((result.status, result.err), (0, b""), result)
        self.assertEqual(self.read("theirs/old.md"), self.read("theirs/new.md"))
        self.assertEqual(os.stat(self.path("theirs/old.md")).st_uid, 65534)
        self.assertEqual(sorted(os.listdir(self.path("theirs"))), ["new.md", "old.md"])


class Services(Case):
    def page(self, text=""):
        return self.write("page.md", text)

    def test_github(self):
        env = on("GITHUB_ACTIONS", "true", GITHUB_STEP_SUMMARY=self.page("before\n"), SECRET="hunter2")
        result = self.run_here("run", "-q", "--ci", "--fail-if", "wall > 1ns", "--fail-if",
                               "programs[nobody].cpu_time > 1s", "sh", "-c", ": --token=hunter3", env=env)
        self.assertEqual((result.status, result.out), (123, b""), result)
        commands = [line for line in result.err_lines if line.startswith("::")]
        self.assertEqual([line.split("::")[1] for line in commands],
                         ["error title=denet-bpf%3A budget broken", "warning title=denet-bpf%3A budget not decided"])
        page = self.read("page.md").decode()
        self.assertTrue(page.startswith("before\n### <code>sh</code>: exit 0\n"), page)
        self.assertIn("| <code>wall &#62; 1ns</code> | \u274c broken |", page)
        self.assertNotIn("hunter", page + result.err.decode())

    def test_github_with_a_page_of_others(self):
        result = self.run_here("run", "--ci", "touch", "started",
                               env=on("GITHUB_ACTIONS", "true", GITHUB_STEP_SUMMARY="none/page.md"))
        self.assert_refused(result, "none/page.md", "No such file")
        self.assertEqual(os.listdir(self.folder), [])

    @need_root
    def test_githubs_page_in_a_folder_of_another_user(self):
        os.mkdir(self.path("theirs"))
        self.write("theirs/page.md", "before\n")
        for name in ("theirs", "theirs/page.md"):
            os.chown(self.path(name), 65534, 65534)
        result = self.run_here("run", "-q", "--ci", "true", env=on("GITHUB_ACTIONS", "true",
                                                                  GITHUB_STEP_SUMMARY="theirs/page.md"))
        self.assertEqual((result.status, result.err), (0, b""), result)
        self.assertIn(b"before\n### ", self.read("theirs/page.md"))

    def test_gitlab(self):
        result = self.run_here("run", "--ci", "true", env=on("GITLAB_CI", "true"))
        self.assertEqual(result.status, 0, result)
        text = result.err.decode()
        found = re.search("\033\\[0Ksection_start:(\\d+):(\\w+)\r\033\\[0K[^\n]+\n(.*)"
                          "\033\\[0Ksection_end:(\\d+):(\\w+)\r\033\\[0K\n", text, re.S)
        self.assertTrue(found, text)
        self.assertEqual(found.group(2), found.group(5))
        self.assertLessEqual(int(found.group(1)), int(found.group(4)))
        self.assertIn("true", found.group(3))

    def test_teamcity(self):
        env = on("TEAMCITY_VERSION", "2024.03")
        result = self.run_here("run", "-q", "--ci", "--fail-if", "wall > 1ns", "true", env=env)
        self.assertEqual(result.status, 123, result)
        lines = result.out.decode().splitlines()
        self.assertTrue(all(re.fullmatch(r"##teamcity\[\w+( \w+='([^|'\n\r\[\]]|\|[|'nr\[\]])*')+\]", line)
                            for line in lines), lines)
        self.assertIn("buildStatisticValue key='denet_run_total_time_secs'", result.out.decode())
        self.assertIn("buildProblem description='denet-bpf: budget broken: wall > 1ns: it is ", lines[-1])
        # records have stdout for themselves
        result = self.run_here("-j", "run", "--ci", "true", env=env)
        self.assertNotIn(b"teamcity", result.out)
        self.assertIn(b"##teamcity[", result.err)

    def test_elsewhere_it_says_that_it_does_nothing(self):
        result = self.run_here("run", "--ci", "true", env=PLAIN)
        self.assertEqual(result.status, 0, result)
        self.assertIn("'--ci' does nothing here", result.err.decode())
        result = self.run_here("run", "-q", "--ci", "true", env=PLAIN)
        self.assertEqual((result.status, result.err), (0, b""), result)

    def test_without_being_asked_nothing_is_written(self):
        result = self.run_here("run", "-q", "true", env=on("GITHUB_ACTIONS", "true", GITHUB_STEP_SUMMARY=self.page()))
        self.assertEqual((result.status, result.out, result.err, self.read("page.md")), (0, b"", b"", b""), result)

    @not_in_mode("caps", "a guest trusts no option in the environment")
    def test_the_environment_may_ask(self):
        result = self.run_here("run", "-q", "true", env=on("GITHUB_ACTIONS", "true", GITHUB_STEP_SUMMARY=self.page(),
                                                           DENET_BPF_CI="1"))
        self.assertEqual(result.status, 0, result)
        self.assertIn(b"exit 0", self.read("page.md"))

    @exact
    def test_hostile_names_mean_nothing(self):
        env = on("GITHUB_ACTIONS", "true", GITHUB_STEP_SUMMARY=self.page())
        budget = f"programs[{HOSTILE}].runs > 0"
        names = ("a.md", "a.xml", "a.json", "a.prom", "a.txt")
        args = [word for name in names for word in ("--summary", name)]
        result = self.run_here("run", "-q", "--ci", *args, "--fail-if", budget, ACT, "name", HOSTILE, "true", env=env)
        self.assertEqual(result.status, 123, result)
        self.assertEqual([line.split("::")[1] for line in result.err_lines if line.startswith("::")],
                         ["error title=denet-bpf%3A budget broken"])
        self.assertNotIn(b"\r", result.err)
        for name in ("a.md", "page.md", "a.txt", "a.prom"):
            self.assertNotIn(b"\r", self.read(name), name)
        self.assertIn("<code>&#58;&#58;error&#58;&#58;&#124;&#96;&#93;&#93;&#62;&#63;</code>", self.read("a.md").decode())
        case = xml.dom.minidom.parseString(self.read("a.xml")).getElementsByTagName("testcase")[0]
        self.assertEqual(case.getAttribute("name"), budget.replace("\r", "?"))
        self.assertIn(HOSTILE, [one["comm"] for one in parse(self.read("a.json"))["programs"]])


class Heartbeat(Case):
    def test_a_silent_command_is_told_to_go_on(self):
        self.gate()
        with start("run", "-i", "5", "-m", "5", "--heartbeat", "0.02", "sh", "-c", "read line < gate",
                   cwd=self.folder) as process:
            lines = [process.stderr.readline().decode() for _ in range(3)]
            self.let_go()
            result = finish(process)
        self.assertEqual((result.status, result.out), (0, b""), result)
        told = [line for line in lines if "running for" in line]
        self.assertGreaterEqual(len(told), 2, lines)  # the first may be about missing BPF
        for line in told:
            self.assertRegex(line, r"^denet-bpf: \d\d:\d\d:\d\d running for [\d.]+ \w+: \d process(es)?, memory \S+ \S+, ")

    def test_refused(self):
        self.assert_refused(self.run_here("run", "-q", "--heartbeat", "60", "true"), "--heartbeat", "--quiet")
        self.assert_refused(self.run_here("run", "--no-polling", "--heartbeat", "60", "true"), "--heartbeat")
        self.assert_refused(self.run_here("run", "--heartbeat", "x", "true"), "--heartbeat", "seconds", "'x'")
        self.assert_refused(self.run_here("stats", "--heartbeat", "60", "x"), "--heartbeat", "stats")
