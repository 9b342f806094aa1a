#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Lets denet-bpf-host serve, send and alert for a while, with containers that come and go and a target that is down for a
third of it, and tells whether what it holds stays as it was.

Usage: tests/bench/soak.py [--minutes N] [--build DIR] > table.md      (as root; `make bench-soak MINUTES=30`)
Prints Markdown; progress goes to stderr. Ends with 1 where memory, descriptors or maps have grown, or bodies were not
served. The first third is for what a service fills once: histories, queues, indexes."""

import argparse
import contextlib
import hashlib
import http.server
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from host import Place, progress  # noqa: E402
from tables import heading, row  # noqa: E402

CONFIG = """interval: 1s
listen: 127.0.0.1:{port}
history: {{entries: 60}}
influx: {{url: "http://127.0.0.1:{target}", database: soak}}
alerts:
  rules:
    - {{name: busy, metric: cpu_usage, of: container, warning: 1%}}
"""


class Target(http.server.BaseHTTPRequestHandler):
    """Takes all; the server that it belongs to counts."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        # Who is connected already has a thread of its own, which goes on.
        if self.server.is_down:
            self.close_connection = True
            return
        self.server.taken += len(body) > 0
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def serve(port):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Target)
    server.taken, server.is_down = 0, False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Containers(threading.Thread):
    """One after the other, named like docker's; each burns for a moment."""

    def __init__(self):
        super().__init__(daemon=True)
        self.is_over = threading.Event()
        self.count = 0

    def run(self):
        while not self.is_over.wait(0.5):
            name = hashlib.sha256(str(self.count).encode()).hexdigest()
            place = Place(f"docker/{name}")
            place.start(["sh", "-c", "n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; sleep 0.2"]).wait()
            place.remove()
            self.count += 1


def held(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    rss_kb = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))
    links = []
    for name in os.listdir(f"/proc/{process.pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(f"/proc/{process.pid}/fd/{name}"))
    return {"rss_kb": rss_kb, "descriptors": len(links), "maps": sum("bpf-map" in link for link in links)}


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return len(answer.read())


def watch(process, port, target, minutes):
    """What was held, every ten seconds; the target is down in the second third."""
    begin = time.monotonic()
    server, seen, taken, failed = serve(target), [], 0, 0
    while (elapsed := time.monotonic() - begin) < minutes * 60 and process.poll() is None:
        is_down = minutes * 20 <= elapsed < minutes * 40
        if is_down and server:
            taken += server.taken
            server.is_down = True
            server.shutdown()
            server.server_close()
            server = None
        elif not is_down and not server:
            server = serve(target)
        try:
            size = scrape(port)
        except (OSError, urllib.error.URLError):
            failed, size = failed + 1, 0
        seen.append({"seconds": elapsed, "is_down": is_down, "body": size, **held(process)})
        progress(f"{elapsed:.0f} s: {seen[-1]}", "bench-soak")
        time.sleep(10)
    back = server.taken if server else 0
    return seen, taken, back, failed


def report(seen, containers, taken, back, failed):
    third = len(seen) // 3
    parts = (("first third", seen[:third]), ("target down", seen[third:2 * third]), ("last third", seen[2 * third:]))
    heading(f"Service over {seen[-1]['seconds'] / 60:.0f} minutes, {containers} containers", "", "RSS, MB, least to most",
            "descriptors", "maps")
    for name, part in parts:
        row(name, f"{min(one['rss_kb'] for one in part) / 1024:.1f} to {max(one['rss_kb'] for one in part) / 1024:.1f}",
            f"{min(one['descriptors'] for one in part)} to {max(one['descriptors'] for one in part)}",
            f"{min(one['maps'] for one in part)} to {max(one['maps'] for one in part)}")
    print(f"\nBatches taken before {taken}, after {back}; scrapes that failed {failed}.")
    before, after = seen[third - 1], seen[-1]
    wrong = [key for key, allowed in (("rss_kb", 1.1), ("descriptors", 1.2), ("maps", 1)) if after[key] > before[key] * allowed]
    if wrong or failed or not back:
        print(f"grown: {wrong}, failed scrapes: {failed}, batches after the outage: {back}", file=sys.stderr)
    return 1 if wrong or failed or not back else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--build", default="build")
    parser.add_argument("--port", type=int, default=29464)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "host.yml")
        config.write_text(CONFIG.format(port=options.port, target=options.port + 1), encoding="ascii")
        command = [f"{options.build}/denet-bpf-host", "--config", str(config)]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              env={**os.environ, "DENET_BPF_HOST_FILTER": "kill"}) as process:
            time.sleep(3)
            containers = Containers()
            containers.start()
            seen, taken, back, failed = watch(process, options.port, options.port + 1, options.minutes)
            containers.is_over.set()
            containers.join()
            process.send_signal(signal.SIGTERM)
            status = process.wait()
    Place("docker").remove()
    if status:
        print(f"denet-bpf-host ended with {status}", file=sys.stderr)
    return report(seen, containers.count, taken, back, failed) or (1 if status else 0)


if __name__ == "__main__":
    sys.exit(main())
