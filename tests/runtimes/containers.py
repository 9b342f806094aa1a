# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What the tests of each runtime share: a small root, the referee, and what has to hold with all of them."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess

from harness import BIN, Case, exact, finish, need_root, of_kind, parse_lines, run, start, the, wait_for, wait_for_file

HOST = f"{BIN}-host"
# Two children that burn, which their parent waits for.
WORK = "for i in 1 2; do (n=0; while [ $n -lt 100000 ]; do n=$((n+1)); done) & done; wait"
SHORT = "n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; (exit 3); exit 0"
TOLERANCE_NS = 1000000
LIMIT_S = 60


def make_root(folder):
    os.makedirs(f"{folder}/bin")
    shutil.copy(shutil.which("busybox"), f"{folder}/bin/busybox")
    for name in ("sh", "cat", "sleep", "true"):
        os.symlink("busybox", f"{folder}/bin/{name}")
    for name in ("proc", "dev", "sys", "etc", "tmp"):
        os.mkdir(f"{folder}/{name}")


def hierarchies():
    """Controllers (empty for version 2) -> where they are mounted."""
    found = {}
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split()[:3]
        if kind == "cgroup2":
            found[""] = before.split()[4]
        elif kind == "cgroup":
            for option in options.split(","):
                found[option] = before.split()[4]
    return found


def paths_of(pid):
    """Controllers -> the paths of a process."""
    paths = {}
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update({controller: path for controller in controllers.split(",")})
    return paths


def cpu_folder(pid):
    """Where the CPU of pid is counted: by version 1 if it counts CPU, else by 2."""
    mounts, paths = hierarchies(), paths_of(pid)
    controller = "cpuacct" if "cpuacct" in paths and "cpuacct" in mounts else ""
    return mounts[controller] + paths[controller]


def used_in(folder):
    with contextlib.suppress(FileNotFoundError):
        return int(pathlib.Path(folder, "cpuacct.usage").read_text())
    return int(pathlib.Path(folder, "cpu.stat").read_text().split()[1]) * 1000


def used_ns(pid):
    folder = cpu_folder(pid)
    return lambda: used_in(folder)


def remove_groups(*paths):
    """What a runtime leaves of the folders around its containers; those that somebody else uses stay."""
    for point in set(hierarchies().values()):
        for path in paths:
            with contextlib.suppress(OSError):
                os.rmdir(point + path)


def tell(*arguments, check=True, **options):
    """Runs what a runtime is told by; its stdout, or the whole where it may fail."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    done = subprocess.run(arguments, check=False, timeout=LIMIT_S, text=True, **options)
    if not check:
        return done
    if done.returncode:
        raise AssertionError(f"{' '.join(arguments)}: status {done.returncode}: {(done.stderr or '')[-500:]}")
    return (done.stdout or "").strip()


class Daemon:
    """A daemon with a folder of its own, until its end."""

    def __init__(self, arguments, log, is_ready, **options):
        self.log = log
        with open(log, "ab") as file:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                            process_group=0, **options)
        try:
            wait_for(f"{arguments[0]} answers", lambda: self.process.poll() is not None or is_ready())
        except AssertionError:
            self.end(signal.SIGKILL)
            raise
        if self.process.poll() is not None:
            raise AssertionError(f"{arguments[0]} ended: {pathlib.Path(log).read_text()[-300:].strip()}")

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(LIMIT_S)


def resolve(name):
    """What denet-bpf says of a container; None where it knows none of that name."""
    result = run("host", "resolve", name)
    return json.loads(result.out) if result.status == 0 else None


def told(name):
    """The container's record of kind group."""
    result = run("host", "--once", "--json", "--container", name)
    if result.status:
        raise AssertionError(f"denet-bpf host: {result}")
    found = [one for one in parse_lines(result.out) if one["kind"] == "group" and one["name"] == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} groups are called {name}")
    return found[0]


def is_whole(path, kind="machine"):
    """Whether two looks are in a file of records."""
    with contextlib.suppress(FileNotFoundError):
        return pathlib.Path(path).read_text().count(f'"{kind}"') >= 2
    return False


@contextlib.contextmanager
def watched(path):
    """denet-bpf host, which looks once a minute: what lives and goes in between only events tell of."""
    with start("-i", "60", "-o", path, program=[HOST]) as process:
        wait_for("two looks", lambda: is_whole(path))
        yield
        process.send_signal(signal.SIGTERM)
        result = finish(process)
    if result.status:
        raise AssertionError(f"denet-bpf host: {result}")


class Runtime(Case):
    """What holds with each runtime. Its class says how; names are of this process, so that none is another's."""

    is_told_by = ""
    image = None
    short_ones = 20
    moved_ns = 0  # what one who runs may use between the move of the kernel and the word of it

    def begin(self, name):
        """Starts a container that rests until remove(); the pid of its first process."""
        raise NotImplementedError

    def execute(self, name, script):
        raise NotImplementedError

    def once(self, name, script):
        """Runs a container to its end and takes it away; what its cgroup's last folder ends with."""
        raise NotImplementedError

    def remove(self, name):
        raise NotImplementedError

    def named(self, word):
        return f"denet-{word}-{os.getpid()}"

    @contextlib.contextmanager
    def container(self, word):
        name = self.named(word)
        pid = self.begin(name)
        try:
            yield name, pid
        finally:
            self.remove(name)

    def assert_whole(self, records, end):
        ended = of_kind(records, "container")
        found = [one for one in ended if one["cgroup"].endswith(end)]
        self.assertEqual(len(found), 1, f"{end} among {[one['cgroup'] for one in ended]}")
        container = found[0]
        commands = [one for one in records if one["kind"] == "command" and one["cgroup"] == container["cgroup"]]
        # The folders may go before anybody reads them: its processes and the kernel tell all the same.
        self.assertTrue(container["counters_final"], container)
        self.assertGreater(container["memory_peak_bytes"], 0)
        self.assertEqual(sum(one.get("processes_failed", 0) for one in commands), 1)
        spent_ns = sum(one["cpu_time_ns"] for one in commands)
        self.assertGreater(spent_ns, 0)
        rounded_ns = 0 if "cpuacct" in hierarchies() else 500000
        beyond_ns = container["cpu_time_ns"] - spent_ns
        self.assertGreaterEqual(beyond_ns, -rounded_ns)
        self.assertLessEqual(beyond_ns, rounded_ns + self.moved_ns)
        return container


class AnyRuntime:
    """The tests: a class of a runtime takes them beside Runtime."""

    def test_its_name_and_folder_are_told(self):
        with self.container("web") as (name, pid):
            group = told(name)
            self.assertEqual(group["type"], "container")
            self.assertEqual(group["runtime"], self.is_told_by)
            self.assertEqual(group.get("image"), self.image)
            self.assertEqual(group["processes_living"], 1)
            self.assertEqual(resolve(name)["cgroups"][0], cpu_folder(pid))
        self.assertIsNone(resolve(name))

    def test_what_is_started_in_it_is_followed(self):
        """attach --container: what a process that is put into it uses is what its cgroup has used."""
        with self.container("attached") as (name, pid):
            cgroup_ns = used_ns(pid)
            with start("attach", "-q", "-o", self.path("records"), "--container", name) as process:
                wait_for_file(self.path("records"))
                before_ns = cgroup_ns()
                self.execute(name, WORK)
                process.send_signal(signal.SIGINT)
                self.assertIn(finish(process).status, (0, 130))
            truth_ns = cgroup_ns() - before_ns
        summary = the(parse_lines(self.read("records")), "summary")
        self.assertAlmostEqual(summary["cpu_time_ns"], truth_ns, delta=TOLERANCE_NS + truth_ns // 1000)

    def test_short_ones_are_whole(self):
        """All that live and go between two looks; their processes have used all that their cgroup has."""
        names = [self.named(f"short-{number}") for number in range(self.short_ones)]
        with watched(self.path("out")):
            ends = [self.once(name, SHORT) for name in names]
        records = parse_lines(self.read("out"))
        for name, end in zip(names, ends, strict=True):
            container = self.assert_whole(records, end)
            # Who is gone before anybody asks has an id or a path for a name.
            self.assertIn(container["name"], (name, end[:12], container["cgroup"]))


# As a class decorator each: root alone starts containers, and figures are exact by BPF alone.
def of_runtime(case):
    return need_root(exact(case))
