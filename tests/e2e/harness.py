# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What the end-to-end tests share: running the real binary, waiting for events, reading records."""

import contextlib
import csv
import io
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = os.path.abspath(os.environ.get("DENET_BPF", ROOT / "build/denet-bpf"))
COMM = os.path.basename(BIN)[:15]
TOOLS = os.path.abspath(os.environ.get("DENET_E2E_TOOLS", ROOT / "build/tests/e2e"))
PROBE = os.path.join(TOOLS, "probe")
FORBID = os.path.join(TOOLS, "forbid")
ACT = os.path.join(TOOLS, "act")

with open(BIN, "rb") as binary:
    IS_SANITIZED = b"__asan_init" in binary.read()
# AddressSanitizer changes the core limit, and CMD inherits it.
SANITIZER_ENV = {"ASAN_OPTIONS": "disable_coredump=0"} if IS_SANITIZED else {}
os.environ.update(SANITIZER_ENV)
# What changes the words on the screen, or sets options, is each test's own to say.
for name in list(os.environ):
    if name in ("COLUMNS", "LINES", "NO_COLOR", "LC_ALL", "LC_CTYPE", "TZ") or name.startswith("DENET_BPF_"):
        del os.environ[name]

# Who runs this: tests/e2e/run.py tells. In the last two there is no BPF, and nothing is exact.
MODE = os.environ.get("DENET_E2E_MODE", "root")
HAS_BPF = MODE in ("root", "caps")

LIMIT_S = 60  # no test waits longer for anything
NOBODY = 65534


class Result:
    """A finished denet-bpf. status is as a shell shows it, signal the one that ended it, or None."""

    def __init__(self, code, out, err):
        self.signal = -code if code < 0 else None
        self.status = 128 - code if code < 0 else code
        self.out = out
        self.err = err

    @property
    def err_lines(self):
        return self.err.decode("utf-8", "replace").splitlines()

    def __repr__(self):
        return f"status {self.status}\nstdout: {self.out[-2000:]!r}\nstderr: {self.err[-2000:]!r}"


def without_notice(err):
    """Where there is no BPF, a run says so first; what comes after is what a test is about."""
    notice = b"denet-bpf: figures are lower bounds, sampled from /proc: "
    return err if HAS_BPF or not err.startswith(notice) else err.partition(b"\n")[2]


def run(*args, program=None, **options):
    """Runs denet-bpf to its end; `program` replaces it, for a comparison or a wrapper."""
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    options.setdefault("timeout", LIMIT_S)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    done = subprocess.run([*([BIN] if program is None else program), *args], check=False, **options)
    return Result(done.returncode, done.stdout or b"", without_notice(done.stderr or b""))


@contextlib.contextmanager
def start(*args, program=None, **options):
    """A running denet-bpf, in a process group of its own, so that its end takes all with it."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("process_group", 0)
    process = subprocess.Popen([*([BIN] if program is None else program), *args], **options)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
        process.wait(LIMIT_S)


def finish(process):
    out, err = process.communicate(timeout=LIMIT_S)
    return Result(process.returncode, out or b"", without_notice(err or b""))


def wait_for(what, condition):
    """Waits for an event; a test that needs it fails by name when it does not come."""
    end = time.monotonic() + LIMIT_S
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not happen: {what}")
        time.sleep(0.005)


def wait_for_file(path):
    return wait_for(f"{path} appears", lambda: os.path.exists(path) and os.path.getsize(path) > 0)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def waits_for_input(pid):
    """Whether it has left its CPU within a read of descriptor 0: its state says so before its last switch."""
    with open(f"/proc/{pid}/syscall", encoding="ascii") as syscall:
        return syscall.read().split()[1:2] == ["0x0"]


@contextlib.contextmanager
def shell_inside(folder, script):
    """A shell that is moved into a cgroup while it waits, as runtimes do with what they start: of one that runs
    at that moment the kernel may charge a part to either side. What it reads after that is the caller's."""
    with subprocess.Popen(["sh", "-c", f"read go; {script}"], stdin=subprocess.PIPE) as shell:
        wait_for("the shell waits", lambda: waits_for_input(shell.pid))
        pathlib.Path(folder, "cgroup.procs").write_text(str(shell.pid), encoding="ascii")
        shell.stdin.write(b"\n")
        shell.stdin.flush()
        yield shell
    if shell.returncode:
        raise AssertionError(f"{script}: status {shell.returncode}")


def ppid_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def comm_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as comm:
            return comm.read().rstrip("\n")
    except (FileNotFoundError, ProcessLookupError):
        return None


WITNESS = "signal-witness"  # denet-bpf's own child, beside CMD


def children_of(pid):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as stat:
                    head, _, tail = stat.read().rpartition(")")
                    if int(tail.split()[1]) == pid and not head.endswith(WITNESS):
                        found.append(int(entry))
    return found


def child_called(pid, name):
    """Its child of that name, once it is there: our own ones beside it have theirs a moment after their birth."""
    return wait_for(f"a child called {name}", lambda: [child for child in children_of(pid) if comm_of(child) == name])[0]


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key twice: {keys}")
    return dict(pairs)


def parse(line):
    return json.loads(line, parse_constant=no_constant, object_pairs_hook=unique_keys)


def parse_lines(data):
    """Strict: UTF-8, whole lines, an object each with kind first, no raw control characters."""
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    if text and not text.endswith("\n"):
        raise ValueError(f"the last line is cut: {text[-80:]!r}")
    records = []
    for line in text.split("\n")[:-1]:
        if any(ord(char) < 0x20 or ord(char) == 0x7F for char in line):
            raise ValueError(f"a control character in {line!r}")
        record = parse(line)
        if next(iter(record)) != "kind":
            raise ValueError(f"kind is not first in {line!r}")
        records.append(record)
    return records


def of_kind(records, kind):
    return [record for record in records if record["kind"] == kind]


def the(records, kind):
    found = of_kind(records, kind)
    if len(found) != 1:
        raise AssertionError(f"{len(found)} records of kind {kind}: {[r['kind'] for r in records]}")
    return found[0]


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


def fraction_keys():
    """Keys of records that are no integers: of the table, as a limit of CPU is there on some machines alone."""
    places = json.loads(run("help", "records", "--json").out)["records"]
    return {row["key"] for place in places for row in place["keys"] if row["form"] == "number"}


class Terminal:
    """A pseudo terminal with a process on it, as a person would have it."""

    def __init__(self, argv, env=None, columns=80):
        self.output = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # What the runner's shell ignored would be ignored here too.
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            try:
                # Before anybody asks for it.
                self.fd = 0
                self.resize(columns)
                os.execvpe(argv[0], argv, env or dict(os.environ, TERM="xterm", PS1="ready> "))
            finally:
                os._exit(127)

    def resize(self, columns, rows=24):
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, text):
        os.write(self.fd, text.encode())

    def hang_up(self):
        os.close(self.fd)
        self.fd = -1

    def read_some(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other side is gone
            return None
        self.output += data
        return data or None

    def expect(self, text, after=0):
        """Waits until text comes; returns the offset behind it."""
        wanted = text.encode()
        end = time.monotonic() + LIMIT_S
        while wanted not in self.output[after:]:
            got = self.read_some(0.1)
            if got is None or time.monotonic() > end:
                raise AssertionError(f"{text!r} did not come; there was {self.output[-2000:]!r}")
        return self.output.index(wanted, after) + len(wanted)

    def finish(self):
        """Reads to the end; returns the wait status."""
        end = time.monotonic() + LIMIT_S
        while self.read_some(0.1) is not None:
            if time.monotonic() > end:
                raise AssertionError(f"did not end; there was {self.output[-2000:]!r}")
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.fd >= 0:
            os.close(self.fd)


class Skips:
    """Why BPF does not work here, asked once; None when it works."""

    asked = False
    reason = None


def bpf_missing():
    if not HAS_BPF:
        return f"exact figures, in mode {MODE}"
    if not Skips.asked:
        Skips.asked = True
        result = run("run", "--accounting", "bpf", "-q", "--", "true")
        if result.status == 125:
            Skips.reason = "BPF: " + " ".join(result.err_lines)
    return Skips.reason


class Case(unittest.TestCase):
    """Each test has an empty folder of its own, its working directory for denet-bpf."""

    longMessage = True

    def setUp(self):
        wants = (self, getattr(self, self._testMethodName))
        if any(getattr(wanting, "is_exact", False) for wanting in wants) and bpf_missing():
            self.skipTest(bpf_missing())
        self.folder = tempfile.mkdtemp(prefix="denet-e2e.")
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(self.path(name), mode)
        return self.path(name)

    def run_here(self, *args, **options):
        return run(*args, cwd=self.folder, **options)

    def records(self, *args, command=("true",), status=0, **options):
        """The records of one run, with denet-bpf's options args."""
        path = self.path("records.jsonl")
        result = run("run", "-q", "-o", path, *args, "--", *command, **options)
        self.assertEqual(result.status, status, result)
        with open(path, "rb") as file:
            return parse_lines(file.read())

    def gate(self):
        """A path from which whoever reads a line waits until self.let_go() writes one; for head, or read of sh."""
        path = self.path("gate")
        if not hasattr(self, "gate_fd"):
            os.mkfifo(path)
            # both ends, so that nobody waits for the other side
            self.gate_fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            self.addCleanup(os.close, self.gate_fd)
        return path

    def let_go(self, times=1):
        os.write(self.gate_fd, b"go\n" * times)

    def records_until(self, seen, *args, command, status=0, **options):
        """The records of a run whose command waits at the gate: it is let go when seen(records so far)."""
        path = self.path("records.jsonl")

        def is_seen():
            with contextlib.suppress(FileNotFoundError):
                data = self.read("records.jsonl")
                return process.poll() is not None or seen(parse_lines(data[: data.rfind(b"\n") + 1]))

        with start("run", "-q", "-o", path, *args, "--", *command, **options) as process:
            wait_for("what the command waits for", is_seen)
            self.let_go()
            result = finish(process)
        self.assertEqual(result.status, status, result)
        return parse_lines(self.read("records.jsonl"))

    def assert_refused(self, result, *words, status=125):
        """One line on stderr that says these words, nothing on stdout, this exit status."""
        self.assertEqual(result.status, status, result)
        self.assertEqual(result.out, b"", result)
        self.assertEqual(len(result.err_lines), 1, result)
        for word in words:
            self.assertIn(word, result.err_lines[0])


def exact(test):
    """Marks a test, or all of a class: its figures are exact by BPF alone."""
    test.is_exact = True
    return test


def not_in_mode(mode, why):
    return unittest.skipIf(MODE == mode, f"mode {mode}: {why}")


def not_sanitized(test):
    return unittest.skipIf(IS_SANITIZED, "sanitizers need /proc")(test)


def need_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)
