# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`stats`: our files, denet's files of every version, and files that are none."""

import json
import os
import resource

from harness import ACT, BIN, IS_SANITIZED, Case, parse, run

ONLY_READS = True

SAMPLE = {"ts_ms": 1000, "cpu_usage": 50.0, "mem_rss_kb": 1024, "mem_vms_kb": 2048, "disk_read_bytes": 10,
          "disk_write_bytes": 20, "net_rx_bytes": 30, "net_tx_bytes": 40, "thread_count": 1, "uptime_secs": 1,
          "cpu_core": None}
NEW = {("sys_" + key if key.startswith("net_") else key): value for key, value in SAMPLE.items()}


def lines(*records):
    return "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records)


class Case(Case):  # pylint: disable=function-redefined

    def stats(self, text, damaged=False):
        """The figures; of a damaged file one line on stderr says what could not be read."""
        result = run("--json", "stats", self.write("in", text))
        self.assertEqual((result.status, len(result.err_lines)), (0, 1 if damaged else 0), result)
        return parse(result.out)


class OfDenet(Case):
    def test_untagged_samples_of_the_first_release(self):
        got = self.stats(lines(SAMPLE, {**SAMPLE, "ts_ms": 2000, "cpu_usage": 75.0, "mem_rss_kb": 1536}))
        self.assertEqual((got["sample_count"], got["total_time_secs"], got["avg_cpu_usage"], got["peak_mem_rss_kb"]),
                         (2, 1.0, 62.5, 1536))
        self.assertEqual((got["max_processes"], got["total_sys_net_rx_bytes"]), (1, 30))

    def test_totals_are_those_of_the_last_sample(self):
        last = {**SAMPLE, "ts_ms": 2000, "disk_read_bytes": 2500, "disk_write_bytes": 3000, "net_rx_bytes": 800,
                "net_tx_bytes": 900, "thread_count": 3}
        got = self.stats(lines(SAMPLE, last))
        self.assertEqual([got[f"total_{key}"] for key in ("disk_read_bytes", "disk_write_bytes", "sys_net_rx_bytes",
                                                          "sys_net_tx_bytes")], [2500, 3000, 800, 900])
        self.assertEqual(got["max_threads"], 3)

    def test_trees_win_over_samples(self):
        tree = {"ts_ms": 5000, "parent": None, "children": [],
                "aggregated": {**NEW, "ts_ms": 5000, "process_count": 3, "mem_rss_kb": 10000, "cpu_usage": 40.0}}
        got = self.stats(lines(SAMPLE, tree))
        self.assertEqual((got["sample_count"], got["peak_mem_rss_kb"], got["max_processes"], got["avg_cpu_usage"]),
                         (1, 10000, 3, 40.0))

    def test_tagged_lines_and_garbage_between(self):
        text = lines({"kind": "env", "ts_ms": 1}, {"kind": "metadata", "pid": 1, "cmd": [], "executable": "",
                     "t0_ms": 0}, {"kind": "sample", **NEW}) + "garbage\n\n  \n{\n" + lines({"unknown": 42}, SAMPLE)
        self.assertEqual(self.stats(text, damaged=True)["sample_count"], 2)

    def test_no_newline_at_the_end(self):
        self.assertEqual(self.stats(lines(SAMPLE, SAMPLE)[:-1])["sample_count"], 2)

    def test_keys_and_their_order(self):
        got = self.stats(lines(SAMPLE))
        order = ("total_time_secs sample_count max_processes max_threads total_disk_read_bytes total_disk_write_bytes "
                 "total_sys_net_rx_bytes total_sys_net_tx_bytes peak_mem_rss_kb avg_cpu_usage").split()
        self.assertEqual([key for key in got if key in order], order)


class OfOurs(Case):

    def test_says_what_the_run_said(self):
        records = self.records("-i", "10", command=("sh", "-c", f'/bin/true; "{ACT}" spin 30; exit 3'), status=3)
        result = run("stats", self.path("records.jsonl"))
        self.assertEqual((result.status, result.err), (0, b""), result)
        self.assertIn(b"STATISTICS", result.out)
        got = parse(run("--json", "stats", self.path("records.jsonl")).out)
        summary = records[-1]
        for key in ("sample_count", "max_processes", "peak_mem_rss_kb", "total_syscall_read_bytes",
                    "total_disk_write_bytes"):
            self.assertEqual(got[key], summary[key], key)

    def test_alias_and_order_of_options(self):
        self.records()
        path = self.path("records.jsonl")
        expected = run("--json", "stats", path).out
        for args in (["stats", "--json", path], ["stats", path, "--json"], ["-j", "summary", path], ["summary", "-j", path]):
            self.assertEqual(run(*args).out, expected, args)

    def test_array_whole_and_cut(self):
        run("run", "-q", "-i", "5", "-o", self.path("f"), "--format", "json", "--", ACT, "spin", "50")
        whole = self.read("f")
        count = parse(run("--json", "stats", self.path("f")).out)["sample_count"]
        self.assertGreaterEqual(count, 2)
        for cut in (1, 2, 100, 1000, len(whole) // 3):
            got = self.stats(whole[:-cut], damaged=whole[-cut:] != b"\n")
            self.assertLessEqual(got["sample_count"], count)
            self.assertGreater(got["sample_count"], 0)

    def test_lines_cut_anywhere(self):
        self.records("-i", "5", command=(ACT, "spin", "20"))
        whole = self.read("records.jsonl")
        first = whole.index(b'"kind":"tree"')
        start = whole.index(b"\n", first) + 1
        for end in range(start, len(whole), max(1, (len(whole) - start) // 40)):
            whole_line = whole[end - 1 : end] == b"\n" or whole[end : end + 1] == b"\n"
            self.assertGreater(self.stats(whole[:end], damaged=not whole_line)["sample_count"], 0)


class Unusable(Case):
    def unusable(self, path, *words):
        self.assert_refused(run("stats", path), *words, status=1)
        self.assert_refused(run("--json", "stats", path), *words, status=1)

    def test_empty(self):
        self.unusable(self.write("in", ""), "in")
        self.unusable(self.write("in", "\n\n\n"), "in")
        self.unusable(os.devnull, os.devnull)

    def test_no_json(self):
        self.unusable(self.write("in", "hello\nworld\n"), "in")
        self.unusable(self.write("in", "a,b,c\n1,2,3\n"), "in")

    def test_json_without_samples(self):
        for text in ("{}", "[]", "null", "1", '"x"', "[[[]]]", "[{}]", '{"kind":"metadata"}', "[", "{", "[{", "[null,1]"):
            with self.subTest(text=text):
                self.unusable(self.write("in", text), "in")

    def test_binary(self):
        self.unusable(BIN, "denet-bpf")
        self.unusable(self.write("in", os.urandom(1 << 20)), "in")
        self.unusable(self.write("in", b"\0" * 100000), "in")

    def test_not_there_or_no_file(self):
        self.unusable(self.path("nothing"), "nothing", "No such file")
        self.unusable(self.folder, "directory")
        self.assert_refused(run("stats"), "FILE")

    def test_deep(self):
        for text in ("[" * 1_000_000, '{"a":' * 1_000_000, "[" * 500_000 + "]" * 500_000,
                     '{"kind":"sample","x":' + "[" * 100_000 + "]" * 100_000 + "}\n"):
            self.unusable(self.write("in", text), "in")

    def test_hostile_numbers(self):
        for value in ("-1", "1e400", "18446744073709551616", "1.5", '"1"', "true", "null", "NaN", "[]", "{}",
                      "0" * 1000 + "1", "9" * 10000):
            text = lines(SAMPLE).replace('"mem_rss_kb":1024', f'"mem_rss_kb":{value}')
            with self.subTest(value=value[:30]):
                self.unusable(self.write("in", text), "in")
        huge = lines({**SAMPLE, "mem_rss_kb": 2**64 - 2, "disk_read_bytes": 2**53 + 1, "ts_ms": 2**63})
        got = self.stats(huge)
        self.assertEqual((got["peak_mem_rss_kb"], got["total_disk_read_bytes"]), (2**64 - 2, 2**53 + 1))

    def test_times_that_run_backwards(self):
        got = self.stats(lines({**SAMPLE, "ts_ms": 5000}, {**SAMPLE, "ts_ms": 1000}), damaged=True)
        self.assertNotIn("total_time_secs", got)


class Large(Case):
    """200 MB: read as a stream, with little memory to do it."""

    def setUp(self):
        super().setUp()
        if IS_SANITIZED:
            self.skipTest("sanitizers need the address space")

    def fill(self, chunk):
        with open(self.path("in"), "wb") as file:
            for _ in range((200 << 20) // len(chunk) + 1):
                file.write(chunk)
        return self.path("in")

    def stats_of(self, path):
        # The peak RSS of a child is no measure: it begins with the RSS of who forked it.
        def prepare():
            resource.setrlimit(resource.RLIMIT_AS, (160 << 20, 160 << 20))

        return run("--json", "stats", path, preexec_fn=prepare)

    def test_of_samples(self):
        line = lines({**NEW, "padding": "x" * 800}).encode()
        result = self.stats_of(self.fill(line * 100))
        self.assertEqual((result.status, result.err), (0, b""), result)
        self.assertGreaterEqual(parse(result.out)["sample_count"], (200 << 20) // len(line))

    def test_of_binary(self):
        self.assert_refused(self.stats_of(self.fill(os.urandom(1 << 20))), status=1)

    def test_of_one_line(self):
        self.assert_refused(self.stats_of(self.fill(b"x" * (1 << 20))), status=1)

    def test_of_one_object(self):
        self.assert_refused(self.stats_of(self.fill(b'"a":{' * 100000)), status=1)
        self.assert_refused(self.stats_of(self.fill(b"{" + b'"a":1,' * 100000)), status=1)
