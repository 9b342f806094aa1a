# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""CMD is started as a shell would have started it, and its exit status is ours."""

import difflib
import os
import re
import resource
import signal
import stat
import subprocess
import sys

from harness import (
    ACT,
    BIN,
    COMM,
    FORBID,
    MODE,
    PROBE,
    SANITIZER_ENV,
    WITNESS,
    Case,
    Terminal,
    exact,
    finish,
    need_root,
    parse_lines,
    run,
    start,
)

QUIET = ("run", "-q", "--")


def lower(resource_id, soft, hard):
    """Sets both limits, none of them above what is allowed here."""
    _, most = resource.getrlimit(resource_id)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(resource_id, (soft, hard))


class Untouched(Case):
    """What a program sees of its start, under denet-bpf and without."""

    def seen(self, name, prefix, **options):
        path = self.path(name)
        with open(self.path("stdin"), "wb") as stdin:
            stdin.write(b"input\n")
        with open(self.path("stdin"), "rb") as stdin, open(self.path("stdout"), "ab") as stdout:
            done = subprocess.run(
                [*prefix, PROBE, path, "--flag", "", "two words"],
                stdin=options.pop("stdin", stdin),
                stdout=stdout,
                stderr=stdout,
                check=False,
                cwd=self.folder,
                **options,
            )
        self.assertEqual(done.returncode, 0)
        with open(path, encoding="ascii") as file:
            text = file.read().replace(path, "FILE")
        # A leader of this run only has a number of its own: what counts is who shares the group.
        group, session = (int(number) for number in re.search(r"group (\d+) session (\d+)", text).groups())
        relation = f"group {group if group == os.getpgrp() else 'new'} session {session if session == os.getsid(0) else 'new'}"
        return re.sub(r"group \d+ session \d+", relation, text).splitlines()

    def compare(self, *denet_options, around=(), **options):
        bare = self.seen("bare", [*around], **options)
        open(self.path("stdout"), "wb").close()
        ours = self.seen("ours", [*around, BIN, "run", *denet_options, "--"], **options)
        # Only what denet-bpf wrote itself moved the shared offset.
        drop = re.compile(r"^/proc/self/fdinfo/[12] pos:|^env _=")
        self.assert_same(ours, bare, drop)

    def assert_same(self, ours, bare, drop):
        ours, bare = ([line for line in lines if not drop.match(line)] for lines in (ours, bare))
        changed = [line for line in difflib.ndiff(bare, ours) if line[0] in "-+"]
        self.assertEqual(changed, [])

    def test_in_every_mode(self):
        for options in ((), ("-q",), ("-n",), ("--live",), ("-o", "f"), ("-q", "-o", "f", "--format", "csv")):
            with self.subTest(options=options):
                self.compare(*options)

    def test_without_bpf(self):
        self.compare("-q", around=(FORBID, "bpf", "EPERM"))

    def test_signal_mask_and_ignored_signals(self):
        def prepare():
            for number in (signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGUSR1, signal.SIGTSTP):
                signal.signal(number, signal.SIG_IGN)
            blocked = {signal.SIGTERM, signal.SIGCHLD, signal.SIGINT, signal.SIGUSR2, signal.SIGRTMIN + 3}
            signal.pthread_sigmask(signal.SIG_BLOCK, blocked)

        self.compare("-q", preexec_fn=prepare, restore_signals=False)

    def test_every_signal_blocked(self):
        def prepare():
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

        self.compare("-q", preexec_fn=prepare)

    def test_further_descriptors(self):
        read, write = os.pipe()
        with open(self.path("log"), "ab") as log:
            os.set_inheritable(read, True)
            self.compare("-q", "-o", "f", pass_fds=(read, write, log.fileno()))
        os.close(read)
        os.close(write)

    def test_closed_standard_descriptors(self):
        for close in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            for options in ("-q", "-q -o f", ""):
                with self.subTest(close=close, options=options):
                    # dash holds descriptor 10 when it redirects itself, exec with CMD's does not
                    script = f'exec "$0" "$@" {close}'
                    self.compare(*options.split(), around=("sh", "-c", script))

    def test_limits(self):
        def prepare():
            lower(resource.RLIMIT_CORE, 4096, 8192)
            lower(resource.RLIMIT_NOFILE, 64, 128)
            lower(resource.RLIMIT_MEMLOCK, 0, 0)
            lower(resource.RLIMIT_STACK, 1 << 20, 1 << 22)

        self.compare("-q", preexec_fn=prepare)

    def test_environment_and_umask(self):
        odd = {"PATH": os.environ["PATH"], "EMPTY": "", "NL": "a\nb", b"BYTES": b"\xff\xfe=", "A B": "c"}
        self.compare("-q", env={**odd, **SANITIZER_ENV}, umask=0o137)
        self.compare("-q", env=SANITIZER_ENV, umask=0)

    @need_root
    def test_priorities_affinity_and_attributes(self):
        def prepare():
            os.nice(3)
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
            with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
                file.write("300")
            with open("/proc/self/timerslack_ns", "w", encoding="ascii") as file:
                file.write("70000")
            with open("/proc/self/coredump_filter", "w", encoding="ascii") as file:
                file.write("7")

        self.compare("-q", preexec_fn=prepare)

    @need_root
    def test_capabilities_and_securebits(self):
        self.compare("-q", around=("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "+chown"))
        self.compare("-q", around=("setpriv", "--securebits", "+noroot"))
        self.compare("-q", around=("setpriv", "--no-new-privs"))

    def test_process_group_and_session_of_its_own(self):
        # The shell leads, and both ways of starting the probe are its children.
        around = ("sh", "-c", '"$@"; exit $?', "sh")
        self.compare("-q", around=around, start_new_session=True)
        self.compare("-q", around=around, preexec_fn=os.setpgrp)

    def test_on_a_terminal(self):
        for options in ([], ["-q"], ["--live"]):
            with self.subTest(options=options):
                facts = []
                for prefix in ([], [BIN, "run", *options, "--"]):
                    path = self.path("facts")
                    with Terminal(["sh", "-c", '"$@"; exit $?', "sh", *prefix, PROBE, path]) as terminal:
                        self.assertEqual(terminal.finish(), 0)
                        group = terminal_group(path)
                    with open(path, encoding="ascii") as file:
                        text = re.sub(r"/dev/pts/\d+", "PTS", file.read())
                    facts.append(re.sub(r"(group|session|foreground) \d+", r"\1 N", text).splitlines())
                    self.assertEqual(group["foreground"], group["group"])
                    self.assertEqual(group["session"], group["group"])
                drop = re.compile(r"^/proc/self/fdinfo/\d+ pos:|^env _=")
                self.assert_same(facts[1], facts[0], drop)


def terminal_group(path):
    with open(path, encoding="ascii") as file:
        text = file.read()
    return {key: re.search(rf"{key} (\d+)", text).group(1) for key in ("group", "session", "foreground")}


class Streams(Case):

    def test_stdin_stdout_and_stderr_pass_through(self):
        data = bytes(range(256)) * 1000
        result = run(*QUIET, "sh", "-c", "tee /dev/stderr", input=data)
        self.assertEqual((result.status, result.out, result.err), (0, data, data))

    def test_stdin_is_not_read_ahead(self):
        script = f'"{BIN}" run -q -- sh -c \'read a; echo 1 $a\'; read b; echo 2 $b'
        result = run(program=["sh", "-c", script], input=b"one\ntwo\n")
        self.assertEqual(result.out, b"1 one\n2 two\n")

    def test_end_of_file_reaches_a_reader_of_stdout(self):
        # denet-bpf must hold no copy of CMD's stdout open that CMD itself has closed.
        script = "exec >&-; read line < go"
        os.mkfifo(self.path("go"))
        with start(*QUIET, "sh", "-c", script, cwd=self.folder) as process:
            with open(self.path("go"), "w", encoding="ascii") as go:
                go.write("go\n")
            self.assertEqual(finish(process).status, 0)


class Arguments(Case):

    def seen(self, *args):
        result = run(*args)
        self.assertEqual(result.status, 0, result)
        return result.out

    def test_all_after_cmd_is_its_own(self):
        for args in (
            ["-j", "--out", "x", "--format", "-q"],
            ["--", "-h", "--version"],
            ["", " ", "a\nb", "-"],
            [b"\xff\xfe", "ü", "\x1b[31m"],
        ):
            with self.subTest(args=args):
                expected = b"".join(b"<%s>" % os.fsencode(arg) for arg in args)
                show = ["sh", "-c", 'for a; do printf "<%s>" "$a"; done', "sh"]
                self.assertEqual(self.seen("run", "-q", "--", *show, *args), expected)
                self.assertEqual(self.seen("run", "-q", *show, *args), expected)

    def test_a_dash_dash_directly_after_cmd_is_its_own(self):
        self.assertEqual(self.seen("run", "-q", "printf", "--", "%s", "x"), b"x")
        self.assertEqual(self.seen("run", "-q", "--", "printf", "--", "%s", "x"), b"x")
        self.assertEqual(self.seen("run", "-q", "echo", "--", "x"), run("--", "x", program=["/bin/echo"]).out)

    def test_name_as_typed_is_argument_zero(self):
        facts = self.path("facts")
        link = self.path("my probe")
        os.symlink(PROBE, link)
        self.seen("run", "-q", link, facts)
        self.assertIn(f"arg {link}", self.read("facts").decode().splitlines())

    def test_many_arguments(self):
        args = [str(number) * 10 for number in range(5000)]
        self.assertEqual(self.seen("run", "-q", "echo", *args), " ".join(args).encode() + b"\n")


class Search(Case):
    """PATH search and what exec refuses, as execvp does it: 127 not found, 126 not executable."""

    def search(self, command, path, status, *words):
        result = run("run", "-q", "--", command, cwd=self.folder, env=dict(os.environ, PATH=path))
        self.assertEqual(result.status, status, result)
        for word in words:
            self.assertIn(word, result.err.decode())
        if words:
            self.assertEqual(len(result.err_lines), 1, result)
        return result

    def program(self, name, text="#!/bin/sh\necho here\n", mode=0o755):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        return self.write(name, text, mode)

    def test_not_found(self):
        self.search("no-such-command", "/bin:/usr/bin", 127, "no-such-command")
        self.search("./no-such-command", "/bin", 127, "no-such-command")
        self.search("/no/such/folder/x", "/bin", 127, "/no/such/folder/x")
        self.assertIn(run("run", "--", "").status, (125, 127))
        self.search("x", "", 127)
        self.search("./x/y", "/bin", 127)

    def test_a_line_for_a_shell_gets_a_hint_that_works(self):
        for argv, out in ((["echo hi there"], b"hi there\n"), (["FOO=1 2", "printenv", "FOO"], b"1 2\n"),
                          (["umask", "-S"], b"u=rwx,g=rx,o=rx\n"), (["echo '$0'|cat; exit 0"], b"$0\n")):
            with self.subTest(argv=argv):
                # A folder in PATH that may not be searched would make it "Permission denied".
                result = run("run", "-q", "--", *argv, umask=0o022, env=dict(os.environ, PATH="/usr/bin:/bin"))
                self.assertEqual((result.status, len(result.err_lines)), (127, 1), result)
                hint = result.err.decode().rpartition(": denet-bpf ")[2]
                result = run("-c", f'"{BIN}" -q {hint}', program=["sh"], umask=0o022)
                self.assertEqual((result.status, result.out), (0, out), result)

    def test_found_by_path(self):
        self.program("a/tool")
        self.program("b/tool", "#!/bin/sh\necho second\n")
        both = f"{self.path('a')}:{self.path('b')}"
        self.assertEqual(self.search("tool", both, 0).out, b"here\n")
        self.assertEqual(self.search("tool", f"/nowhere:{self.path('b')}", 0).out, b"second\n")
        self.assertEqual(self.search("tool", "a:b", 0).out, b"here\n")

    def test_an_empty_entry_of_path_is_the_working_directory(self):
        self.program("tool")
        for path in (":/nowhere", "/nowhere:", "/nowhere::/nowhere2"):
            self.assertEqual(self.search("tool", path, 0).out, b"here\n", path)

    def test_without_path_the_default_is_searched(self):
        environment = {key: value for key, value in os.environ.items() if key != "PATH"}
        self.assertEqual(run("run", "-q", "--", "true", env=environment).status, 0)

    def test_not_executable(self):
        self.program("a/tool", mode=0o644)
        self.search("./a/tool", "/bin", 126, "a/tool", "Permission denied")
        self.search("tool", self.path("a"), 126, "tool", "Permission denied")

    def test_a_folder(self):
        os.mkdir(self.path("folder"))
        self.search("./folder", "/bin", 126, "folder", "Permission denied")

    def test_search_goes_on_after_one_not_executable(self):
        self.program("a/tool", mode=0o644)
        self.program("b/tool", "#!/bin/sh\necho second\n")
        self.assertEqual(self.search("tool", f"{self.path('a')}:{self.path('b')}", 0).out, b"second\n")

    def test_a_script_without_interpreter_line_runs_under_sh(self):
        self.program("tool", 'echo "$0" "$@"\n')
        self.assertEqual(self.search("./tool", "/bin", 0).out, b"./tool\n")

    def test_not_a_program(self):
        self.program("tool", b"\x7fELF garbage\0\0\0")
        result = self.search("./tool", "/bin", run("./tool", program=["env"], cwd=self.folder).status)
        self.assertIn(result.status, (126, 127, 2))

    def test_interpreter_missing(self):
        self.program("tool", "#!/no/such/interpreter\n")
        self.search("./tool", "/bin", 127, "tool")

    def test_not_a_directory_on_the_way(self):
        self.program("file")
        self.search("./file/tool", "/bin", 126, "Not a directory")

    def test_a_loop_of_links(self):
        os.symlink("loop", self.path("loop"))
        self.search("./loop", "/bin", 126, "ymbolic link")  # each C library has words of its own

    def test_a_program_open_for_writing(self):
        self.program("tool", open("/bin/true", "rb").read())
        with open(self.path("tool"), "r+b"):
            self.search("./tool", "/bin", 126, "Text file busy")

    def test_nothing_is_recorded_for_a_command_that_cannot_start(self):
        result = self.run_here("run", "-j", "/no/such/command")
        self.assertEqual((result.status, result.out), (127, b""), result)


class Status(Case):
    def test_every_exit_code_is_passed_on(self):
        for code in (0, 1, 2, 3, 42, 77, 100, 123, 124, 125, 126, 127, 128, 129, 130, 137, 143, 200, 254, 255):
            result = run(*QUIET, "sh", "-c", f"exit {code}")
            self.assertEqual((result.status, result.signal, result.err), (code, None, b""), result)

    def test_every_signal_is_passed_on(self):
        numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 40, 64]
        for number in numbers:
            result = run(*QUIET, ACT, "die", str(number), cwd=self.folder)
            self.assertEqual((result.signal, result.err), (number, b""), result)

    def test_a_shell_sees_128_and_the_signal(self):
        result = run(program=["sh", "-c", f'"{BIN}" run -q -- "{ACT}" die 15; echo $?'])
        self.assertEqual(result.out, b"143\n", result)

    def test_a_signal_is_passed_on_though_it_was_ignored_or_blocked(self):
        def prepare():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGTERM})

        for number in (signal.SIGHUP, signal.SIGTERM):
            result = run(*QUIET, ACT, "die", str(int(number)), preexec_fn=prepare)
            self.assertEqual(result.signal, number, result)

    def test_only_cmd_dumps_core(self):
        def prepare():
            _, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

        with open("/proc/sys/kernel/core_pattern", encoding="utf-8") as file:
            pattern = file.read().strip()
        records = self.records(command=(ACT, "die", "11"), status=139, preexec_fn=prepare, cwd=self.folder)
        process = [record for record in records if record["kind"] == "process"][0]
        self.assertEqual(process["signal"], 11)
        bare = subprocess.Popen([ACT, "die", "11"], preexec_fn=prepare, cwd=self.folder)
        _, raw = os.waitpid(bare.pid, 0)
        bare.returncode = 0
        self.assertEqual(process.get("core_dumped", False), bool(raw & 0x80))
        with start(*QUIET, ACT, "die", "11", preexec_fn=prepare, cwd=self.folder) as ours:
            _, raw = os.waitpid(ours.pid, 0)
            ours.returncode = 0
        self.assertEqual(raw & 0xFF, 11, "denet-bpf itself dumped core")
        if "/" not in pattern and "|" not in pattern:
            cores = [name for name in os.listdir(self.folder) if "core" in name]
            self.assertLessEqual(len(cores), 3)

    def test_with_sigchld_ignored_by_the_parent(self):
        def prepare():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)

        for code in (0, 7):
            result = run(*QUIET, "sh", "-c", f"exit {code}", preexec_fn=prepare)
            self.assertEqual((result.status, result.err), (code, b""), result)

    def test_with_children_from_before(self):
        # A shell that execs denet-bpf leaves it its own children.
        script = f'(exit 9) & sleep 60 & p=$!; "{BIN}" run -q -j true 2>&1; kill $p'
        exec_script = f'(exit 9) & exec "{BIN}" run -j -- sh -c "exit 4"'
        self.assertEqual(run(program=["sh", "-c", script]).status, 0)
        result = run(program=["sh", "-c", exec_script])
        self.assertEqual(result.status, 4, result)
        self.assertEqual(parse_lines(result.out)[-1]["processes_total"], 1)

    def test_few_descriptors(self):
        # Too few to measure costs a warning; far too few to run at all is not tried.
        for limit in range(16, 72, 4):
            with self.subTest(limit=limit):
                options = {"preexec_fn": lambda limit=limit: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))}
                result = run("run", "--", "sh", "-c", "echo out; exit 5", **options)
                self.assertEqual((result.status, result.out), (5, b"out\n"), result)
                result = run("run", "-q", "--", "sh", "-c", "echo out; exit 5", **options)
                self.assertEqual((result.status, result.out), (5, b"out\n"), result)
                self.assertLessEqual(len(result.err_lines), 1, result)

    def test_little_memory_to_lock(self):
        def prepare():
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))

        result = run("run", "--", "sh", "-c", "echo out; exit 5", preexec_fn=prepare)
        self.assertEqual((result.status, result.out), (5, b"out\n"), result)

    def test_set_user_id_programs_keep_their_right(self):
        # no-new-privs on CMD would take it away
        if os.geteuid() != 0:
            self.skipTest("needs root")
        program = self.write("id", open(PROBE, "rb").read(), 0o755)
        os.chown(program, 1, 1)
        os.chmod(program, 0o755 | stat.S_ISUID)
        os.chmod(self.folder, 0o777)
        result = run(*QUIET, program, self.path("facts"))
        self.assertEqual(result.status, 0, result)
        self.assertRegex(self.read("facts").decode(), r"Uid:\\x090\\x091\\x091\\x091")


class Nested(Case):
    @exact
    def test_one_inside_another(self):
        outer, inner = self.path("outer"), self.path("inner")
        script = f'"{BIN}" run -q -o {inner} -- sh -c "/bin/true; /bin/true; exit 3"; exit $?'
        result = run("run", "-q", "-o", outer, "--", "sh", "-c", script)
        self.assertEqual((result.status, result.err), (3, b""), result)
        with open(inner, "rb") as file:
            inside = parse_lines(file.read())
        with open(outer, "rb") as file:
            outside = parse_lines(file.read())
        self.assertEqual(inside[-1]["processes_total"], 3)
        self.assertEqual(inside[-1]["processes_exact"], 3)
        pids = {record["pid"] for record in inside if record["kind"] == "process"}
        all_pids = {record["pid"] for record in outside if record["kind"] == "process"}
        self.assertLessEqual(pids, all_pids)
        self.assertIn(COMM, {record["comm"] for record in outside if record["kind"] == "process"})
        # with rights of its file the inner one and its witness are programs of others
        withheld = {record["comm"] for record in outside if record["kind"] == "process" and not record["exact"]}
        self.assertEqual(withheld, {COMM, WITNESS} if MODE == "caps" else set())

    @exact
    def test_many_at_once(self):
        running = []
        for number in range(6):
            out = self.path(f"{number}.jsonl")
            script = f"for i in $(seq {10 + number}); do /bin/true; done; exit {number}"
            process = subprocess.Popen([BIN, "run", "-q", "-o", out, "--", "sh", "-c", script], stderr=subprocess.PIPE)
            running.append((number, out, process))
        for number, out, process in running:
            err = process.communicate(timeout=60)[1]
            self.assertEqual((process.returncode, err), (number, b""))
            with open(out, "rb") as file:
                summary = parse_lines(file.read())[-1]
            self.assertEqual(summary["processes_total"], 12 + number)  # sh, seq in a subshell
            self.assertEqual(summary["processes_exact"], summary["processes_total"])


if __name__ == "__main__":
    sys.exit("run by tests/e2e/run.py")
