# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The records: kinds, keys and their order, what adds up, and names that want to break them."""

import json
import os
import pwd
import subprocess
import sys
import time

from harness import ACT, BIN, HAS_BPF, NOBODY, Case, Terminal
from harness import exact, fraction_keys, need_root, of_kind, parse_lines, rows_of, run, the

METADATA = (
    "kind pid cmd executable t0_ms capabilities accounting version interval_ms max_interval_ms clk_tck schema host cwd "
    "user label job attached cpus_usable memory_limit_kb cpu_limit_cores"
)
# The network's are the machine's; /proc may refuse the disk's of who is about to end.
NO_MEMBERS = ("process_count", "sys_net", *([] if HAS_BPF else ["disk"]))
CHILD = "kind ts_ms pid ppid cmd exe"
TREE = "kind ts_ms parent children aggregated children_omitted"
SAMPLE = (
    "ts_ms cpu_usage mem_rss_kb mem_vms_kb disk_read_bytes disk_write_bytes syscall_read_bytes syscall_write_bytes "
    "page_faults_cached page_faults_disk sys_net_rx_bytes sys_net_tx_bytes thread_count uptime_secs cpu_core psi_mem "
    "cpu_time_ns ctx_switches_voluntary ctx_switches_involuntary run_delay_ns processes_started processes_exited "
    "pss_kb disk_write_cancelled_bytes syscall_read_count syscall_write_count pss_is_bound pss_is_rough "
    "unknown"
)
AGGREGATED = SAMPLE.replace("thread_count uptime_secs cpu_core", "thread_count process_count uptime_secs")
DEMANDED = (
    "ts_ms cpu_usage mem_rss_kb mem_vms_kb disk_read_bytes disk_write_bytes sys_net_rx_bytes sys_net_tx_bytes "
    "thread_count process_count uptime_secs"
)
COUNTERS = (
    "disk_read_bytes disk_write_bytes syscall_read_bytes syscall_write_bytes page_faults_cached page_faults_disk "
    "ctx_switches_voluntary ctx_switches_involuntary migrations disk_write_cancelled_bytes syscall_read_count "
    "syscall_write_count"
)
PROCESS = (
    "kind pid ppid comm cmd cmd_truncated exe uid start_ms wall_ns cpu_time_ns cpu_user_ns cpu_system_ns run_delay_ns "
    "exit_code signal core_dumped oom_killed threads_total peak_rss_kb peak_rss_is_bound " + COUNTERS + " cgroup exact "
    "partial running id parent_id start_ns end_ns programs programs_omitted told_by_pid told_by_id told_signal told_ns cwd"
)
EXIT = "kind ts_ms last_sample_to_exit_ms exit_code signal"
SUMMARY = (
    "kind total_time_secs sample_count max_processes max_threads total_disk_read_bytes total_disk_write_bytes "
    "total_syscall_read_bytes total_syscall_write_bytes peak_page_faults_cached peak_page_faults_disk "
    "total_sys_net_rx_bytes total_sys_net_tx_bytes peak_mem_rss_kb avg_cpu_usage memory_characterization command "
    "command_truncated exit_code signal wall_ns cpu_time_ns cpu_user_ns cpu_system_ns run_delay_ns processes_total "
    "processes_failed processes_exact processes_running threads_total peak_mem_at_ns peak_process_rss_kb "
    "peak_process_pid peak_process_comm page_faults_cached page_faults_disk ctx_switches_voluntary "
    "ctx_switches_involuntary migrations processes_peak threads_peak disk_write_cancelled_bytes syscall_read_count "
    "syscall_write_count peak_pss_kb peak_pss_at_ns pss_is_bound memory_stall_ns memory_stall_of_cgroup memory_limit_kb "
    "memory_limit_hit accounting events_lost records_lost tasks_lost monitor_cpu_ns monitor_peak_rss_kb counted_ns "
    "cgroup_cpu_ns cgroup_peak_kb cpu_limit_cores throttled_ns cpus_usable root_alone ends_unknown pss_is_rough "
    "memory_limit_changed memory_limit_before_kb cpu_limit_changed cpu_limit_before_cores oom_kills"
)
ORDER = dict(metadata=METADATA, child=CHILD, tree=TREE, sample="kind " + SAMPLE, process=PROCESS, exit=EXIT,
             summary=SUMMARY)
# Commands of many kinds: short, busy, forking, failing, threaded, replacing themselves.
JOB = f'/bin/true; /bin/false; "{ACT}" spin 200; "{ACT}" threads 5; (sh -c "exec /bin/true"); cat /etc/passwd >/dev/null; ' \
      f'echo x > file; "{ACT}" die 9; exit 3'


def in_order(keys, order):
    places = [order.index(key) for key in keys]
    return places == sorted(places)


class Shape(Case):
    def setUp(self):
        super().setUp()
        begin_ns = time.monotonic_ns()
        self.all = self.records("-i", "10", "-m", "10", command=("sh", "-c", JOB), status=3, cwd=self.folder)
        self.elapsed_ns = time.monotonic_ns() - begin_ns

    def of(self, kind):
        return of_kind(self.all, kind)

    def test_root_is_not_charged_for_the_time_that_our_stub_was_held(self):
        records = self.records(command=("true",))
        root, summary, metadata = (the(records, kind) for kind in ("process", "summary", "metadata"))
        self.assertLessEqual(root["wall_ns"], summary["wall_ns"])
        self.assertGreaterEqual(root["start_ms"], metadata["t0_ms"])

    @exact
    def test_summary_of_the_root_alone(self):
        script = "true; false; exit 0"
        summary = the(self.records("--exclude-children", command=("sh", "-c", script)), "summary")
        keys = ("processes_total", "processes_failed", "processes_exact", "threads_total", "max_processes")
        self.assertEqual([summary[key] for key in keys], [1, 0, 1, 1, 1])

    def test_sequence(self):
        kinds = [record["kind"] for record in self.all]
        self.assertEqual((kinds[0], kinds[-1]), ("metadata", "summary"))
        for kind in ("metadata", "exit", "summary"):
            self.assertEqual(kinds.count(kind), 1, kind)
        # a child is announced before the sample that shows it first
        known = {self.all[0]["pid"]}
        for record in self.all:
            if record["kind"] == "child":
                known.add(record["pid"])
            if record["kind"] == "tree":
                self.assertLessEqual({child["pid"] for child in record["children"]}, known)
        self.assertGreater(kinds.index("exit"), max(i for i, kind in enumerate(kinds) if kind == "tree") - 1)

    def test_keys_and_their_order(self):
        for record in self.all:
            order = ORDER[record["kind"]].split()
            self.assertLessEqual(set(record), set(order), record["kind"])
            self.assertTrue(in_order(record, order), (record["kind"], list(record)))
        for tree in self.of("tree"):
            self.assertTrue(in_order(tree["aggregated"], AGGREGATED.split()), list(tree["aggregated"]))
            bodies = [tree["parent"]] + [child["metrics"] for child in tree["children"]]
            for body in bodies:
                self.assertTrue(in_order(body, SAMPLE.split()), list(body))
            for child in tree["children"]:
                self.assertEqual(list(child), ["pid", "command", "metrics"])

    def test_what_denets_reader_demands_is_there(self):
        for tree in self.of("tree"):
            for key in DEMANDED.split():
                value = tree["aggregated"][key]
                self.assertGreaterEqual(value, 0)
                self.assertTrue(key == "cpu_usage" or isinstance(value, int), key)
            for body in [tree["parent"]] + [child["metrics"] for child in tree["children"]]:
                for key in DEMANDED.split():
                    self.assertTrue(key in body or key.startswith(NO_MEMBERS), key)
            self.assertNotIn("net_rx_bytes", tree["aggregated"])

    @exact
    def test_each_process_tells_all(self):
        self.assertEqual(len(self.of("process")), 8)
        for record in self.of("process"):
            for key in ("pid ppid comm cmd exe uid start_ms wall_ns cpu_time_ns run_delay_ns core_dumped oom_killed "
                        "threads_total peak_rss_kb cgroup exact " + COUNTERS).split():
                self.assertIn(key, record, record)
            self.assertTrue(("exit_code" in record) != ("signal" in record), record)
            self.assertIs(record["exact"], True)
            self.assertGreater(record["cpu_time_ns"], 0)
            self.assertGreater(record["peak_rss_kb"], 0)
            if "cpu_user_ns" in record:
                self.assertEqual(record["cpu_user_ns"] + record["cpu_system_ns"], record["cpu_time_ns"])

    @exact
    def test_processes_are_what_they_were(self):
        by_comm = {}
        for record in self.of("process"):
            by_comm.setdefault(record["comm"], []).append(record)
        self.assertEqual(sorted(by_comm), ["act", "cat", "false", "sh", "true"])
        root = [record for record in by_comm["sh"] if record["pid"] == self.all[0]["pid"]][0]
        self.assertEqual((root["exit_code"], root["cmd"][:2], root["ppid"] > 1), (3, ["sh", "-c"], True))
        self.assertEqual(by_comm["false"][0]["exit_code"], 1)
        self.assertEqual(by_comm["false"][0]["cmd"], ["/bin/false"])
        self.assertIn(by_comm["false"][0]["exe"], ("/bin/false", "/usr/bin/false"))
        self.assertEqual(by_comm["false"][0]["uid"], os.getuid())
        self.assertEqual(sorted(r.get("signal", 0) for r in by_comm["act"]), [0, 0, 9])
        self.assertEqual(sorted(r["threads_total"] for r in by_comm["act"]), [1, 1, 6])
        self.assertEqual(max(r["cpu_time_ns"] for r in by_comm["act"]) // 200_000_000, 1)

    @exact
    def test_summary_is_the_sum_of_the_processes(self):
        summary = self.all[-1]
        processes = self.of("process")
        self.assertEqual(summary["processes_total"], len(processes))
        self.assertEqual(summary["processes_exact"], len(processes))
        self.assertEqual(summary["processes_failed"], 3)
        self.assertEqual(summary["processes_running"], 0)
        self.assertEqual(summary["exit_code"], 3)
        for key in ("cpu_time_ns run_delay_ns threads_total page_faults_cached page_faults_disk migrations "
                    "ctx_switches_voluntary ctx_switches_involuntary").split():
            self.assertEqual(summary[key], sum(record[key] for record in processes), key)
        for key in "disk_read_bytes disk_write_bytes syscall_read_bytes syscall_write_bytes".split():
            self.assertEqual(summary[f"total_{key}"], sum(record[key] for record in processes), key)
        self.assertEqual(summary["cpu_user_ns"] + summary["cpu_system_ns"], summary["cpu_time_ns"])
        self.assertEqual((summary["events_lost"], summary["records_lost"], summary["tasks_lost"]), (0, 0, 0))
        self.assertEqual(summary["command"], ["sh", "-c", JOB])
        peak = max(processes, key=lambda record: record["peak_rss_kb"])
        self.assertEqual(summary["peak_process_rss_kb"], peak["peak_rss_kb"])
        self.assertGreaterEqual(summary["peak_mem_rss_kb"], peak["peak_rss_kb"])

    def test_summary_agrees_with_wall_time(self):
        summary = self.all[-1]
        root = [record for record in self.of("process") if record["pid"] == self.all[0]["pid"]][0]
        self.assertAlmostEqual(summary["avg_cpu_usage"], 100 * summary["cpu_time_ns"] / summary["wall_ns"], delta=0.5)
        self.assertLessEqual(root["wall_ns"], summary["wall_ns"])
        self.assertLess(summary["wall_ns"], self.elapsed_ns)
        self.assertGreaterEqual(root["wall_ns"], 200_000_000)  # of one that spins so long
        self.assertEqual(summary["sample_count"], len(self.of("tree")))

    @exact
    def test_totals_never_fall_and_the_last_sample_has_them_all(self):
        keys = ("cpu_time_ns disk_read_bytes disk_write_bytes syscall_read_bytes syscall_write_bytes "
                "page_faults_cached page_faults_disk ctx_switches_voluntary ctx_switches_involuntary "
                "processes_started processes_exited ts_ms").split()
        trees = [record["aggregated"] for record in self.of("tree")]
        for before, after in zip(trees, trees[1:]):
            for key in keys:
                self.assertGreaterEqual(after[key], before[key], key)
        last, summary = trees[-1], self.all[-1]
        self.assertEqual(last["cpu_time_ns"], summary["cpu_time_ns"])
        self.assertEqual(last["syscall_read_bytes"], summary["total_syscall_read_bytes"])
        self.assertEqual(last["processes_started"], summary["processes_total"])
        self.assertEqual(last["processes_exited"], summary["processes_total"])

    def test_a_tree_is_the_sum_of_its_members(self):
        for tree in self.of("tree"):
            members = [tree["parent"]] + [child["metrics"] for child in tree["children"]]
            total = tree["aggregated"]
            if "unknown" in total:
                # nobody lives: what was known last
                self.assertEqual(total["processes_started"], total["processes_exited"])
                continue
            for key in ("mem_rss_kb", "mem_vms_kb", "thread_count"):
                # what a child of vfork shares with its parent counts once
                self.assertLessEqual(total[key], sum(member[key] for member in members), key)
                self.assertGreaterEqual(total[key], max(member[key] for member in members), key)
            self.assertLessEqual(sum(member["cpu_time_ns"] for member in members), total["cpu_time_ns"])
            self.assertEqual(total["process_count"], total["processes_started"] - total["processes_exited"])

    def test_the_last_sample_is_in_the_way_of_no_average(self):
        *_, before, last = [tree["aggregated"] for tree in self.of("tree")]
        for key in ("mem_rss_kb", "mem_vms_kb", "thread_count", "process_count"):
            self.assertIn(key, last["unknown"])
            self.assertEqual(last[key], before[key], key)

    def test_the_first_sample_shows_cmd_and_not_our_stub(self):
        metadata = self.all[0]
        self.assertEqual(metadata["cmd"], ["sh", "-c", JOB])
        self.assertIn(metadata["executable"].rsplit("/")[-1], ("sh", "dash", "bash"))
        self.assertEqual(self.of("tree")[0]["aggregated"]["process_count"] >= 1, True)
        self.assertNotIn("denet-bpf", json.dumps([r for r in self.all if r["kind"] in ("child", "process")]))

    def test_no_float_where_an_integer_belongs(self):
        def walk(value, key):
            if isinstance(value, dict):
                for inner, item in value.items():
                    walk(item, inner)
            elif isinstance(value, list):
                for item in value:
                    walk(item, key)
            elif isinstance(value, float):
                self.assertIn(key, fractions)

        fractions = fraction_keys()
        walk(self.all, None)


class Figures(Case):
    def process(self, records, comm):
        return [record for record in of_kind(records, "process") if record["comm"] == comm]

    @exact
    def test_peak_memory_of_a_short_process(self):
        records = self.records("-i", "1000", command=("sh", "-c", f'"{ACT}" touch 100; exit 0'))
        peak = self.process(records, "act")[0]["peak_rss_kb"]
        self.assertGreater(peak, 100 << 10)
        self.assertLess(peak, 110 << 10)
        summary = records[-1]
        self.assertEqual((summary["peak_process_rss_kb"], summary["peak_process_comm"]), (peak, "act"))

    @exact
    def test_peak_memory_is_not_inherited_from_who_forked(self):
        code = "import os\nhold = bytearray(200 << 20)\nif os.fork() == 0: os.execv('/bin/true', ['true'])\nos.wait()"
        records = self.records(command=(sys.executable, "-c", code))
        self.assertLess(self.process(records, "true")[0]["peak_rss_kb"], 20 << 10)

    @exact
    def test_bytes_read_and_written(self):
        script = "head -c 3000000 /dev/zero > a; cat a > /dev/null; exit 0"
        records = self.records(command=("sh", "-c", script), cwd=self.folder)
        head, cat = self.process(records, "head")[0], self.process(records, "cat")[0]
        self.assertGreaterEqual(head["syscall_write_bytes"], 3000000)
        self.assertLess(head["syscall_write_bytes"], 3100000)
        self.assertGreaterEqual(cat["syscall_read_bytes"], 3000000)
        self.assertGreaterEqual(records[-1]["total_syscall_write_bytes"], 6000000)

    @exact
    def test_threads_are_no_processes(self):
        records = self.records(command=(ACT, "threads", "50"))
        self.assertEqual((records[-1]["processes_total"], records[-1]["threads_total"]), (1, 51))

    @exact
    def test_a_daemon_is_followed(self):
        script = f"(setsid sh -c '\"{ACT}\" spin 80; exit 0' &) ; exit 0"
        records = self.records("--wait-all", command=("sh", "-c", script))
        self.assertGreater(records[-1]["cpu_time_ns"], 80_000_000)
        self.assertEqual(records[-1]["processes_exact"], records[-1]["processes_total"])

    @exact
    def test_an_exec_is_the_same_process(self):
        records = self.records(command=("sh", "-c", "exec env /bin/true"))
        self.assertEqual(records[-1]["processes_total"], 1)
        process = the(records, "process")
        self.assertEqual((process["comm"], process["cmd"]), ("true", ["/bin/true"]))
        self.assertEqual(records[-1]["command"], ["sh", "-c", "exec env /bin/true"])

    @exact
    def test_a_pipe_signal_is_no_failure(self):
        records = self.records(command=("sh", "-c", f'"{ACT}" die 13; "{ACT}" die 15; exit 0'))
        self.assertEqual(records[-1]["processes_failed"], 1)

    @need_root
    @exact
    def test_uid_of_another_user(self):
        records = self.records(command=("setpriv", f"--reuid={NOBODY}", "--clear-groups", "/bin/true"))
        self.assertEqual(the(records, "process")["uid"], NOBODY)

    @exact
    def test_cgroup(self):
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            groups = {tuple(line.strip().split(":", 2)[1:]) for line in file}
        here = dict(groups)
        expected = {here.get(""), here.get("memory")}
        self.assertIn(the(self.records(), "process")["cgroup"], expected)

    def test_cgroup_of_one_that_goes_on(self):
        """The main process of a container that was attached to is what one wants to know about."""
        with subprocess.Popen(["sleep", "60"]) as sleep:
            path = self.path("records.jsonl")
            self.assertEqual(run("attach", "-q", "-d", "0.1", "-o", path, str(sleep.pid)).status, 0)
            with open(f"/proc/{sleep.pid}/cgroup", encoding="utf-8") as file:
                expected = {line.rstrip("\n").split(":", 2)[2] for line in file}
            sleep.kill()
        with open(path, "rb") as file:
            process = the(parse_lines(file.read()), "process")
        self.assertTrue(process["running"])
        self.assertIn(process["cgroup"], expected)
        self.assertLess(process["start_ns"], 0)
        self.assertNotIn("end_ns", process)

    def test_ids_tell_who_started_whom(self):
        records = self.records(command=("sh", "-c", f'"{ACT}" spin 20; (true; exit 0); exit 0'))
        processes = {process["id"]: process for process in of_kind(records, "process")}
        self.assertEqual(len(processes), len(of_kind(records, "process")))
        (root,) = [process for process in processes.values() if "parent_id" not in process]
        self.assertEqual(root["pid"], the(records, "metadata")["pid"])
        for process in processes.values():
            if process is not root:
                self.assertEqual(processes[process["parent_id"]]["pid"], process["ppid"])

    # /proc tells births by ticks, and not when a child has ended.
    @exact
    def test_times_tell_who_lived_when(self):
        records = self.records(command=("sh", "-c", f'"{ACT}" spin 20; (true; exit 0); exit 0'))
        processes = {process["id"]: process for process in of_kind(records, "process")}
        root = next(process for process in processes.values() if "parent_id" not in process)
        self.assertEqual(len(processes), len(of_kind(records, "process")))
        self.assertEqual((root["pid"], root["start_ns"]), (the(records, "metadata")["pid"], 0))
        for process in processes.values():
            self.assertEqual(process["end_ns"] - process["start_ns"], process["wall_ns"])
            if process is not root:
                parent = processes[process["parent_id"]]
                self.assertEqual(parent["pid"], process["ppid"])
                self.assertGreaterEqual(process["start_ns"], parent["start_ns"])
                self.assertLessEqual(process["start_ns"], parent["end_ns"])

    def test_metadata_says_where_as_whom_and_as_whose_job(self):
        environment = {**os.environ, "SLURM_JOB_ID": "4711", "SLURM_STEP_ID": "0"}
        metadata = the(self.records("--label", "a \"b\"", cwd="/usr", env=environment), "metadata")
        told = {key: metadata.get(key) for key in ("schema", "host", "cwd", "label", "job")}
        self.assertEqual(told, {"schema": 1, "host": os.uname().nodename, "cwd": "/usr", "label": 'a "b"',
                                "job": "4711.0"})
        try:
            self.assertEqual(metadata["user"], pwd.getpwuid(os.getuid()).pw_name)
        except KeyError:
            self.assertEqual(metadata["user"], f"#{os.getuid()}")

    @need_root
    @exact
    def test_killed_for_want_of_memory(self):
        folder = memory_group()
        if not folder:
            self.skipTest("no memory cgroup")
        self.addCleanup(os.rmdir, folder)
        limit = "memory.max" if os.path.exists(f"{folder}/memory.max") else "memory.limit_in_bytes"
        with open(f"{folder}/{limit}", "w", encoding="ascii") as file:
            file.write(str(20 << 20))
        script = f'(echo 0 > {folder}/cgroup.procs; exec "{ACT}" touch 100); exit 0'
        records = self.records(command=("sh", "-c", script))
        process = self.process(records, "act")[0]
        self.assertEqual((process.get("signal"), process["oom_killed"]), (9, True))
        self.assertEqual([r["oom_killed"] for r in self.process(records, "sh")], [False])

    def test_wall_time_and_start_are_near_the_clock(self):
        process = the(self.records(command=(ACT, "spin", "50")), "process")
        self.assertGreater(process["wall_ns"], 50_000_000)
        self.assertGreaterEqual(process["wall_ns"] + 2_000_000, process["cpu_time_ns"])
        self.assertLess(abs(process["start_ms"] - os.stat(self.path("records.jsonl")).st_mtime * 1000), 30_000)


def memory_group():
    for parent in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
        folder = f"{parent}/denet-e2e.{os.getpid()}"
        if os.path.isdir(parent):
            try:
                os.mkdir(folder)
            except OSError:
                continue
            if any(os.path.exists(f"{folder}/{name}") for name in ("memory.max", "memory.limit_in_bytes")):
                return folder
            os.rmdir(folder)
    return None


HOSTILE = (
    b"\xff\xfe\xc3(", b'quote " and \\ backslash', b"new\nline\r\ttab", b"\x1b[31mred\x1b]0;title\x07", b"</script>",
    b"\xe2\x80\xae override", b"\xed\xa0\x80 surrogate", b"\xf4\x90\x80\x80", b"\x7f\x01\x02", b"\xc2\x9b31m", b",;='",
    b"\xe2\x80\xa8 separator", b"%s%n%d", b"{\"kind\":\"summary\"}",
)


class HostileNames(Case):
    """Names the kernel takes as they are: in arguments, in comm, in paths."""

    def assert_harmless(self, text):
        for char in text:
            self.assertFalse(char != "\n" and (ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0), repr(text))
            self.assertNotIn(char, "\u202e\u2028", repr(text))

    def test_in_arguments(self):
        for name in HOSTILE:
            records = self.records(command=("true", name, b"", b" "))
            cmd = the(records, "process")["cmd"]
            self.assertEqual((len(cmd), cmd[0], cmd[2:]), (4, "true", ["", " "]))
            try:
                self.assertEqual(cmd[1], name.decode("utf-8"))
            except UnicodeDecodeError:
                self.assertIn("\ufffd", cmd[1])

    def test_in_comm(self):
        for name in HOSTILE:
            result = run("run", "-o", self.path("f"), "--", "sh", "-c", '"$0" name "$1" "$0" die 9; exit 0', ACT, name)
            self.assertEqual(result.status, 0, result)
            self.assert_harmless(result.err.decode("utf-8"))
            data = self.read("f")
            self.assertNotIn(b"</script", data)
            parse_lines(data)
            result = run("stats", self.path("f"))
            self.assertEqual(result.status, 0, result)
            self.assert_harmless(result.out.decode("utf-8"))

    def test_in_the_path_of_the_program(self):
        for number, name in enumerate(HOSTILE):
            if b"/" in name:
                continue
            path = os.path.join(os.fsencode(self.folder), name)
            os.symlink("/bin/true", path)
            result = run("run", "-o", self.path(f"f{number}"), "--", path)
            self.assertEqual(result.status, 0, result)
            self.assert_harmless(result.err.decode("utf-8"))
            parse_lines(self.read(f"f{number}"))

    def test_in_csv_and_array(self):
        for name in HOSTILE:
            rows = rows_of(run("run", "-q", "-j", "--format", "csv", "--", "true", name).out)
            self.assertEqual(len({len(row) for row in rows}), 1)
            json.loads(run("run", "-q", "-j", "--format", "json", "--", "true", name).out.decode("utf-8"))

    def test_on_a_terminal(self):
        for name in HOSTILE:
            script = '"$0" name "$1" "$0" die 9; exit 0'
            argv = [BIN, "run", "--live", "-i", "5", "--color", "never", "--", "sh", "-c", script, ACT, name]
            with Terminal(argv) as terminal:
                self.assertEqual(terminal.finish(), 0)
            text = terminal.output.decode("utf-8")
            for bad in ("[31m", "]0;", "\x07", "\x9b", "\u202e"):
                self.assertNotIn("\x1b" + bad if bad[0] in "[]" else bad, text)

    def test_when_it_cannot_start(self):
        for name in HOSTILE:
            result = run("run", "--", name)
            self.assertIn(result.status, (126, 127), result)
            self.assert_harmless(result.err.decode("utf-8"))
            self.assertEqual(len(result.err_lines), 1, result)

    @exact
    def test_many_and_long_arguments_are_cut_and_say_so(self):
        for command in (["true", "x" * 100_000], ["true"] + ["y" * 50] * 2000):
            process = the(self.records(command=command), "process")
            self.assertIs(process["cmd_truncated"], True)
            text = "\0".join(process["cmd"])
            self.assertLessEqual(len(text), 1024)
            self.assertGreater(len(text), 900)
            self.assertEqual(process["cmd"][0], "true")
        process = the(self.records(command=["true", "x" * 1000]), "process")
        self.assertNotIn("cmd_truncated", process)
        self.assertEqual(process["cmd"], ["true", "x" * 1000])

    def test_a_cut_within_a_character_is_harmless(self):
        for length in range(338, 346):
            self.records(command=["true", "\u20ac" * length])


class OtherParsers(Case):
    def test_jq_reads_every_line(self):
        self.records("-i", "10", command=("sh", "-c", "/bin/true; exit 0"))
        done = subprocess.run(["jq", "-r", ".kind", self.path("records.jsonl")], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout.split()[-1], b"summary")
