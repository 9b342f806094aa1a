# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Traces in speedscope: the first track that it shows is what the wall time waited for, and all of it."""

import base64
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import tarfile

import browser
from harness import ROOT, TOOLS, Case, of_kind, parse, run

SPEEDSCOPE = "speedscope@1.25.0"
SHA256 = "2831f1e0d26df914b477e522d78b8485511495a6af81a0b88158f8b48f9e0d03"
FETCH_LIMIT_S = 120
WAITED = "what the wall time waited for"


def speedscope():
    """Its page, fetched once for a build; None where packages of npm cannot be had."""
    folder = pathlib.Path(TOOLS).parent / "speedscope"
    page = folder / "package/dist/release/index.html"
    if page.exists():
        return page
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["npm", "pack", "--silent", SPEEDSCOPE], cwd=folder, check=False, timeout=FETCH_LIMIT_S,
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        return None
    (packed,) = folder.glob("*.tgz")
    if hashlib.sha256(packed.read_bytes()).hexdigest() != SHA256:
        raise AssertionError(f"{packed} is not what it was")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return page


def milliseconds(text):
    """Of "310.76ms" or "4.20s"."""
    number, unit = re.fullmatch(r"([\d.]+)(µs|ms|s)", text).groups()
    return float(number) * {"µs": 1e-3, "ms": 1, "s": 1e3}[unit]


class Trace(Case):
    def setUp(self):
        super().setUp()
        if not shutil.which("npm"):
            self.skipTest("npm, to fetch speedscope, is not installed")
        self.page = speedscope()
        if not self.page:
            self.skipTest("npm reaches no packages")

    def open_trace(self, path, *args):
        """The names of the tracks and how long each is, as speedscope lists them."""
        converted = run("convert", path, "--to", "trace", *args)
        self.assertEqual((converted.status, converted.err), (0, b""), converted)
        data = base64.b64encode(converted.out).decode()
        script = self.write("trace.js", f"speedscope.loadFileFromBase64('run.trace.json', '{data}')")
        shown = browser.open_page(f"{self.page.as_uri()}#localProfilePath={script}", self.folder,
                                  "--allow-file-access-from-files", "--virtual-time-budget=20000")
        self.assertIn("<title>run.trace.json - speedscope</title>", shown)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))
        rows = re.findall(r" \d+ (\S[^()]*) \(pid (\d+), tid (\d+)\) ([\d.]+(?:µs|ms|s))", text)
        return parse(converted.out), [(name, int(pid), int(tid), milliseconds(time)) for name, pid, tid, time in rows]

    def check_tracks(self, trace, rows):
        longest = {}
        for event in trace["traceEvents"]:
            if event["ph"] == "X":
                track = (event["pid"], event["tid"])
                longest[track] = max(longest.get(track, 0), event["ts"] + event["dur"])
        self.assertEqual(sorted((pid, tid) for _, pid, tid, _ in rows), sorted(longest))
        name, pid, tid, time = rows[0]
        self.assertEqual((name, pid, tid), (WAITED, 0, 0))
        self.assertAlmostEqual(time, longest[(0, 0)] / 1e3, delta=max(0.01 * time, 0.01))

    def test_a_recorded_build_opens_with_what_it_waited_for(self):
        trace, rows = self.open_trace(str(ROOT / "tests/fixtures/waited/make-24.jsonl"))
        self.check_tracks(trace, rows)
        self.assertEqual({name for name, *_ in rows[1:]}, {"processes"})

    def test_a_track_for_each_process(self):
        path = str(ROOT / "tests/fixtures/waited/exec.jsonl")
        trace, rows = self.open_trace(path, "--tracks", "process")
        self.check_tracks(trace, rows)
        self.assertEqual(len(rows), 1 + 2)

    def test_a_real_run_with_hostile_names(self):
        found = self.records("--accounting", "auto", command=("sh", "-c", "seq 1000 | sort -R | tail -1; true"))
        for record in of_kind(found, "process"):
            record["comm"] = "</script>\"'\\\n\u202e"
        path = self.write("hostile", "".join(json.dumps(record) + "\n" for record in found))
        trace, rows = self.open_trace(path)
        if trace["otherData"]["accounting"] == "bpf":
            self.check_tracks(trace, rows)
        self.assertTrue(rows)
