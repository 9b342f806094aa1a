# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`denet-bpf host`: cgroups by name, with their own counters. Trees of files stand for machines of other kinds;
what needs root makes cgroups of this one."""

import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import unittest

from harness import BIN, MODE, Case, exact, finish, need_root, run, shell_inside, start, wait_for

HOST = f"{BIN}-host"
ID = "0123456789abcdef" * 4
OTHER = "f" * 64


def cgroup_mount(controller):
    """Where version 1 has the controller, or None."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split()[:3]
        if kind == "cgroup" and controller in options.split(","):
            return before.split()[4]
    return None


def text_of_descriptors(pid):
    """What the kernel says of all; one may be closed meanwhile."""
    result = subprocess.run(f"cat /proc/{pid}/fdinfo/*", shell=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return result.stdout.decode()


@unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
class Host(Case):

    def host(self, *args, **options):
        return run(*args, program=[HOST], **options)

    def records(self, *args, **options):
        result = self.host("--once", "--json", *args, **options)
        self.assertEqual((result.status, result.err), (0, b""), result)
        return [json.loads(line) for line in result.out.splitlines()]

    def groups(self, *args, **options):
        return {record["cgroup"]: record for record in self.records(*args, **options) if record["kind"] == "group"}

    def put(self, name, text):
        path = pathlib.Path(self.folder, "fs", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def lay_out(self):
        """Version 2 with two containers, a unit, and a cgroup without a name."""
        self.put("cgroup.controllers", "cpu memory\n")
        for name, used in ((f"system.slice/docker-{ID}.scope", 5), (f"docker/{OTHER}", 7), ("system.slice/a.service", 6)):
            self.put(f"{name}/cgroup.procs", "")
            self.put(f"{name}/cpu.stat", f"usage_usec {used}\n")
            self.put(f"{name}/memory.current", f"{used}000\n")
        self.put("plain/cgroup.procs", "1\n")
        return "--cgroup-root", self.path("fs")

    def test_containers_and_units_have_their_counters(self):
        groups = self.groups(*self.lay_out())
        self.assertEqual(len(groups), 4)
        docker = groups[f"/system.slice/docker-{ID}.scope"]
        self.assertEqual((docker["type"], docker["runtime"], docker["id"]), ("container", "docker", ID))
        self.assertEqual((docker["name"], docker["cpu_time_ns"], docker["memory_bytes"]), (ID[:12], 5000, 5000))
        self.assertEqual(docker["cpu_usage"], 0)
        self.assertEqual(groups["/system.slice/a.service"]["type"], "unit")
        self.assertEqual(groups["/plain"]["name"], "/plain")
        self.assertNotIn("cpu_time_ns", groups["/plain"])

    def test_containers_of_one_runtime_are_a_class(self):
        group, = [one for one in self.records(*self.lay_out()) if one["kind"] == "class"]
        self.assertEqual((group["class_name"], group["containers_living"], group["cpu_time_ns"]), ("docker", 2, 12000))

    def test_the_machine_has_the_keys_of_psutil_s_monitors(self):
        machine, = [record for record in self.records(*self.lay_out()) if record["kind"] == "machine"]
        for key in ("timestamp", "cpu_percent", "cpu_per_core", "memory_total", "memory_available", "memory_percent",
                    "swap_used", "swap_percent", "disk_usage_percent", "net_bytes_sent", "net_bytes_recv",
                    "load_avg", "net_sent_bytes_per_sec", "net_recv_bytes_per_sec"):
            self.assertIn(key, machine)
        self.assertEqual(len(machine["load_avg"]), 3)
        self.assertEqual(machine["groups"], 4)

    def test_connections_are_told_by_the_address_that_they_came_to(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            address = "{}:{}".format(*server.getsockname())
            with socket.create_connection(server.getsockname()), socket.create_connection(server.getsockname()):
                records = [one for one in self.records(*self.lay_out()) if one["kind"] == "connections"]
        self.assertFalse([one for one in records if "group" in one])
        (whole,), listening = ([one for one in records if ("listening" in one) == has] for has in (False, True))
        self.assertGreaterEqual(whole["established"], 4)
        self.assertEqual(whole["listeners"], sum(one["listeners"] for one in listening) + whole.get("listeners_omitted", 0))
        ours = [one for one in listening if one["listening"] == address]
        if ours or "listeners_omitted" not in whole:
            self.assertEqual([(one["established"], one["listeners"], one["counted"]) for one in ours], [(2, 1, "exact")])

    def test_some_can_be_asked_for(self):
        root = self.lay_out()
        self.assertEqual(list(self.groups(*root, "--container", ID[:12])), [f"/system.slice/docker-{ID}.scope"])
        self.assertEqual(list(self.groups(*root, "--container", OTHER, "--group=a.service", "--sort", "memory")),
                         [f"/docker/{OTHER}", "/system.slice/a.service"])
        self.assertEqual(len(self.groups(*root, "--top", "1", "--sort", "memory")), 1)
        result = self.host("--once", *root, "--container", "a.service")
        self.assertEqual(result.status, 1)
        self.assertIn(b"'a.service'", result.err)

    def test_resolve_tells_where_a_container_is(self):
        root = self.lay_out()

        def resolve(*args):
            return self.host("resolve", *root, *args)

        for word in (ID[:12], ID, f"/system.slice/docker-{ID}.scope"):
            self.assertEqual(json.loads(resolve(word).out), {
                "name": ID[:12], "id": ID, "cgroups": [self.path(f"fs/system.slice/docker-{ID}.scope")]})
        self.assertEqual(json.loads(resolve("a.service").out)["cgroups"], [self.path("fs/system.slice/a.service")])
        self.put(f"docker/{ID[:-1]}0/cgroup.procs", "")
        for word, said in ((ID[:12], b"one of 2: "), ("none", b"no container 'none'")):
            result = resolve(word)
            self.assertEqual((result.status, result.out), (1, b""))
            self.assertIn(said, result.err)
        self.assert_refused(self.host("resolve"), "name or the id")
        self.assert_refused(resolve("--nothing", "x"), "--nothing")

    def test_hostile_names_do_no_harm(self):
        self.put("cgroup.controllers", "")
        name = os.fsencode(self.path("fs")) + b"/lxc.payload.\x1b[31m\"\n\xff\xe2\x80\xae"
        os.makedirs(name)
        result = self.host("--once", "-v", "--cgroup-root", self.path("fs"))
        self.assertEqual(result.status, 0, result)
        self.assertEqual([byte for byte in result.out if byte < 32 and byte != 10], [])
        self.assertNotIn("\u202e".encode(), result.out)
        record, = self.groups("--cgroup-root", self.path("fs")).values()
        self.assertEqual(record["name"], "\x1b[31m\"\n\ufffd\u202e")

    def test_without_cgroups_the_machine_is_told(self):
        result = self.host("--once", "--json", "--cgroup-root", self.path("nothing"))
        self.assertEqual(result.status, 0)
        self.assertIn(b"no cgroups are mounted", result.err)
        records = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual(records[0]["groups"], 0)
        self.assertNotIn("group", [record["kind"] for record in records])

    def test_it_goes_on_until_a_signal_and_all_is_written(self):
        out = pathlib.Path(self.path("out"))
        with start("-i", "0.1", "-v", "-o", str(out), *self.lay_out(), program=[HOST], env={"DENET_BPF_HOST_HEAVY_EVERY": "0s"}) as process:
            wait_for("three looks", lambda: out.exists() and out.read_text().count('"machine"') >= 3)
            process.send_signal(signal.SIGTERM)
            result = finish(process)
        self.assertEqual((result.status, result.err), (0, b""))
        self.assertIn(b"a.service", result.out)
        self.assertIn(b"history: the last 3600 looks, 6 min", result.out)
        records = [json.loads(line) for line in out.read_text().splitlines()]
        # Only the second look knows how fast things grow.
        self.assertNotIn("cpu_percent", records[0])
        machines = [record for record in records if record["kind"] == "machine"]
        self.assertIn("cpu_percent", machines[-1])
        # At the end, of all looks.
        memory, = [record for record in records if record["kind"] == "history" and record["figure"] == "memory_percent"]
        values = [record["memory_percent"] for record in machines]
        self.assertEqual(memory["values"], len(values))
        self.assertAlmostEqual(memory["max"], max(values), places=4)
        self.assertAlmostEqual(memory["mean"], sum(values) / len(values), places=4)
        self.assertIn(("memory_bytes", "a.service"), [(record["figure"], record.get("group")) for record in records
                                                      if record["kind"] == "history"])

    def test_a_cgroup_that_goes_is_forgotten(self):
        out = pathlib.Path(self.path("out"))
        root = self.lay_out()
        with start("-i", "0.1", "-o", str(out), *root, program=[HOST]) as process:
            wait_for("a look", lambda: out.exists() and b"a.service" in out.read_bytes())
            subprocess.run(["rm", "-r", self.path("fs/system.slice/a.service")], check=True)
            wait_for("it is gone", lambda: '"groups":3,' in out.read_text())
            wait_for("its end", lambda: '"container"' in out.read_text())
            process.send_signal(signal.SIGINT)
            self.assertEqual(finish(process).status, 0)
        ended, = [json.loads(line) for line in out.read_text().splitlines() if '"kind":"container"' in line]
        # No event told of it: its figures are those of the look before.
        self.assertEqual((ended["name"], ended["cpu_time_ns"], ended["counters_final"]), ("a.service", 6000, False))

    def test_what_cannot_be_written_is_told(self):
        result = self.host("--once", "-o", self.path("none/out"))
        self.assertEqual((result.status, result.out), (125, b""))
        self.assertIn(b"none/out", result.err)
        with open("/dev/full", "wb") as full:
            result = self.host("--once", "--json", stdout=full)
        self.assertEqual(result.status, 1)
        self.assertIn(b"stdout", result.err)

    def test_wrong_usage(self):
        self.assert_refused(self.host("--onse"), "--once")
        self.assert_refused(self.host("now"), "nothing but options")
        self.assert_refused(self.host("config", "chek"), "check, show, keys, metrics, influx or api, not 'chek'; did you mean 'check'?")
        self.assertIn(b"--cgroup-root DIR", self.host("--help").out)
        self.assertTrue(self.host("-V").out.startswith(b"denet-bpf-host "))

    def test_the_configuration_is_read_and_told(self):
        path = pathlib.Path(self.path("host.yml"))
        path.write_text("top: 1\nsort: memory\n")
        self.assertEqual(len(self.groups(*self.lay_out(), "--config", path)), 1)
        self.assertEqual(len(self.groups(*self.lay_out(), "--config", path, "--top", "2")), 2)
        result = self.host("config", "show", "--config", path, "-i", ".5", env={"DENET_BPF_HOST_VERBOSE": "true"})
        self.assertEqual(result.status, 0)
        self.assertEqual(result.out.decode().splitlines()[:4], ["interval: 0.5s  # --interval", f"sort: memory  # {path}:2",
                         f"top: 1  # {path}:1", "verbose: true  # DENET_BPF_HOST_VERBOSE"])
        self.assertIn(b" is in order", self.host("config", "check", "--config", path).out)
        path.write_text("topp: 1\nsort: memry\n")
        for task in ("check", "show", "keys"):
            result = self.host("config", task, "--config", path)
            self.assertEqual((result.status, result.out), (1, b""))
            self.assertIn(f"{path}:1:1: unknown key 'topp', did you mean 'top'?".encode(), result.err)
            self.assertIn(f"{path}:2:7: 'sort' knows no 'memry', did you mean 'memory'?".encode(), result.err)
        self.assert_refused(self.host("--once", "--config", self.path("none")), "cannot read '", status=1)

    def test_processes_are_grouped_by_rules(self):
        path = pathlib.Path(self.path("host.yml"))
        path.write_text(f"processes:\n- name: this {{1}}\n  exe: ({os.path.realpath('/proc/self/exe')})\n")
        name = f"this {os.path.realpath('/proc/self/exe')}"
        found = {record["name"]: record for record in self.records(*self.lay_out(), "--config", path)
                 if record["kind"] == "processes"}
        self.assertIn("other", found)
        # Without rights the path of a process of another user is not known; this one is ours.
        self.assertGreaterEqual(found[name]["processes_living"], 1)
        self.assertGreater(found[name]["memory_bytes"], 0)
        self.assertEqual(found[name]["counted"], "at_least")
        result = self.host("--once", *self.lay_out(), "--config", path, "--group", name)
        self.assertEqual((result.status, result.out.count(b"this /")), (0, 1), result)
        self.assertNotIn(b"other", result.out)

    def test_heavy_processes_are_told(self):
        path = pathlib.Path(self.path("host.yml"))
        path.write_text("heavy: {memory: 1B, cpu: 100000%}\n")
        found = {record["pid"]: record for record in self.records(*self.lay_out(), "--config", path)
                 if record["kind"] == "heavy"}
        own = found[os.getpid()]
        self.assertEqual((own["reason"], own["ended"], own["name"]),
                         ("memory", False, pathlib.Path("/proc/self/comm").read_text().rstrip("\n")))
        self.assertEqual(own["username"], pwd.getpwuid(os.getuid()).pw_name)
        ticks = int(pathlib.Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        boot = next(int(line.split()[1]) for line in pathlib.Path("/proc/stat").read_text().splitlines()
                    if line.startswith("btime"))
        self.assertAlmostEqual(own["create_time"], boot + ticks / os.sysconf("SC_CLK_TCK"), delta=2)
        self.assertGreater(own["vms"], own["rss"])
        self.assertIn(b"heavy processes", self.host("--once", *self.lay_out(), "--config", path).out)
        path.write_text("heavy: {memory: 1B, every: 0s}\n")
        self.assertNotIn(b"heavy", self.host("--once", *self.lay_out(), "--config", path).out)

    @unittest.skipIf(MODE in ("caps", "user"), f"mode {MODE}: the binary lies where it was not built")
    def test_the_command_executes_it(self):
        result = run("host", "--once", "--json", *self.lay_out())
        self.assertEqual((result.status, result.out.count(b'"group"')), (0, 4), result)
        self.assertIn(b"Usage: denet-bpf host [OPTIONS]", run("help", "host").out)

    @need_root
    def test_a_cgroup_of_this_machine_used_what_it_says(self):
        mount = cgroup_mount("cpuacct")
        if not mount:
            self.skipTest("no cpuacct of version 1 here")
        folder = pathlib.Path(mount, f"denet-host-{os.getpid()}.service")
        folder.mkdir()
        self.addCleanup(folder.rmdir)
        # Its own work is done before it is looked at.
        with shell_inside(folder, "n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; read end") as shell:
            usage = folder / "cpuacct.usage"
            before = []

            def is_quiet():
                before.append(int(usage.read_text()))
                return len(before) > 1 and before[-1] == before[-2] > 0

            wait_for("the loop is over", is_quiet)
            record = self.groups("--group", folder.name)[f"/{folder.name}"]
            self.assertEqual(record["cpu_time_ns"], int(usage.read_text()))
            shell.communicate(b"\n")
        self.assertEqual(record["type"], "unit")

    @exact
    @need_root
    def test_what_lives_between_two_looks_is_told_whole(self):
        """20 of 20, whatever each of them used: as its own counter says when it is empty for good."""
        mount = cgroup_mount("cpuacct")
        if not mount:
            self.skipTest("no cpuacct of version 1 here")
        out = pathlib.Path(self.path("out"))
        used = {}

        def rest(pid):
            """A sleeping one, and how often it has come to that; None of one that has something to do."""
            text = pathlib.Path(f"/proc/{pid}/status").read_text()
            words = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
            return words["voluntary_ctxt_switches"] if words["State"].startswith("S") else None

        def live(pid, number):
            folder = pathlib.Path(mount, f"denet-short-{os.getpid()}-{number}.scope")
            folder.mkdir()
            with shell_inside(folder, "n=0; while [ $n -lt 2000 ]; do n=$((n+1)); done; /bin/true"):
                pass
            before = []

            # And has been read: on a busy machine it would be gone before we come to that.
            def is_quiet():
                before.append((rest(pid), int((folder / "cpuacct.usage").read_text())))
                return len(before) > 4 and before[-1][0] and before[-1] == before[-5]

            wait_for("the last switch", is_quiet)
            folder.rmdir()
            used[folder.name] = before[-1][1]

        def told():
            return [json.loads(line) for line in out.read_text().split("\n")[:-1]] if out.exists() else []

        # The third look would come after a minute.
        with start("-i", "60", "-o", str(out), program=[HOST]) as process:
            wait_for("two looks", lambda: [one["kind"] for one in told()].count("machine") == 2)
            for number in range(20):
                live(process.pid, number)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)
        ended = {one["name"]: one for one in told() if one["kind"] == "container" and one["name"] in used}
        self.assertEqual(len(ended), 20)
        commands = {}
        for one in told():
            if one["kind"] == "command":
                commands[one["group"]] = commands.get(one["group"], 0) + one["cpu_time_ns"]
        for name, record in ended.items():
            self.assertTrue(record["counters_final"])
            self.assertEqual((record["cpu_time_ns"], commands[name]), (used[name], used[name]))
            self.assertLessEqual(record["started_ms"], record["ended_ms"])
            self.assertNotIn("cpu_usage", record)

    @unittest.skipUnless(MODE == "root", f"mode {MODE}: it reads the same files")
    def test_cgroups_beyond_the_bound_are_left_out_and_said_once(self):
        self.put("cgroup.controllers", "")
        for number in range(5003):
            os.mkdir(self.path(f"fs/lxc.payload.{number:04}"))
        self.put("lxc.payload.0000/cpu.stat", "usage_usec 5\n")
        result = self.host("--once", "--json", "--cgroup-root", self.path("fs"))
        self.assertEqual((result.status, result.err.count(b"more than 5000 cgroups: the others are left out"),
                          result.err.count(b"\n")), (0, 1, 1), result.err)
        records = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual((records[0]["groups"], records[0]["groups_omitted"]), (5000, 3))
        self.assertEqual(len({one["cgroup"] for one in records if one["kind"] == "group"}), 5000)
        # So are classes: 1,000, and the rest in one.
        classes = [one for one in records if one["kind"] == "class"]
        self.assertEqual((len(classes), sum(one["containers_living"] for one in classes)), (1001, 5000))

    def test_without_events_folders_tell_what_comes_and_goes(self):
        """Also by a tree of files: inotify tells of any."""
        root = self.lay_out()
        out = pathlib.Path(self.path("out"))
        with start("-i", "60", "-o", str(out), *root, program=[HOST]) as process:
            wait_for("two looks", lambda: out.exists() and out.read_text().count('"machine"') == 2)
            folder = pathlib.Path(self.path("fs"), f"lxc.payload.short-{os.getpid()}")
            folder.mkdir()
            below = folder / "below"
            below.mkdir()
            # It is watched behind all that is done for the first.
            word = f"ino:{below.stat().st_ino:x} "
            wait_for("they are watched", lambda: word in text_of_descriptors(process.pid))
            below.rmdir()
            folder.rmdir()
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)
        ended, = [json.loads(line) for line in out.read_text().splitlines() if '"kind":"container"' in line]
        self.assertEqual((ended["name"], ended["runtime"], ended["counters_final"]),
                         (f"short-{os.getpid()}", "lxc", False))
        self.assertLessEqual(ended["started_ms"], ended["ended_ms"])

    @exact
    @need_root
    def test_the_machine_s_own_cgroups_below_a_root_are_told_as_without(self):
        """As a container has them that is to see its host: the kernel's accounts are of these, too."""
        folder = pathlib.Path(cgroup_mount("cpuacct") or "/sys/fs/cgroup", f"denet-root-{os.getpid()}.scope")
        folder.mkdir()
        self.addCleanup(folder.rmdir)
        with shell_inside(folder, "while read go; do :; done") as shell:
            for root in (), ("--cgroup-root", "/sys/fs/cgroup"):
                records = self.records("--group", folder.name, *root)
                self.assertIn(("command", "sh"), {(record["kind"], record.get("comm")) for record in records})
            shell.stdin.close()
        self.lay_out()
        self.assertNotIn("command", {record["kind"] for record in self.records("--cgroup-root", self.path("fs"))})

    @exact
    @need_root
    def test_rows_of_what_is_gone_go(self):
        """A service would fill its map otherwise."""
        mount = cgroup_mount("cpuacct")
        if not mount:
            self.skipTest("no cpuacct of version 1 here")
        out = pathlib.Path(self.path("out"))

        def rows():
            return [json.loads(line)["command_rows"] for line in out.read_text().split("\n")[:-1] if '"machine"' in line]

        with start("-i", "0.1", "-o", str(out), "--group", "none", program=[HOST]) as process:
            wait_for("a look", lambda: out.exists() and rows())
            # Half of them in one that lives on.
            around = pathlib.Path(mount, f"denet-row-{os.getpid()}.service")
            around.mkdir()
            self.addCleanup(around.rmdir)
            folders = [pathlib.Path(mount, f"denet-row-{os.getpid()}-{number}.scope") for number in range(30)]
            folders += [around / f"row{number}" for number in range(30)]
            for folder in folders:
                folder.mkdir()
                with shell_inside(folder, "exit 0"):
                    pass
            peak = wait_for("a row each", lambda: max(rows()) >= min(rows()) + 60 and max(rows()))
            for folder in folders:
                folder.rmdir()
            wait_for("they are gone", lambda: rows()[-1] <= peak - 40)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)

    @exact
    @need_root
    def test_commands_that_have_ended_add_up_to_their_cgroup(self):
        mount = cgroup_mount("cpuacct")
        if not mount:
            self.skipTest("no cpuacct of version 1 here")
        folder = pathlib.Path(mount, f"denet-ended-{os.getpid()}.service")
        narrow = pathlib.Path(cgroup_mount("memory") or self.skipTest("no memory of version 1 here"), folder.name)
        out = pathlib.Path(self.path("out"))

        def looks():
            """The group and its commands at each look."""
            found = []
            for line in out.read_text().split("\n")[:-1]:
                record = json.loads(line)
                if record["kind"] == "group":
                    found.append((record, []))
                elif record["kind"] == "command":
                    found[-1][1].append(record)
            return found

        def ended():
            return looks() and sum(command["processes_ended"] for command in looks()[-1][1]) == 42

        config = pathlib.Path(self.path("host.yml"))
        config.write_text(f"processes:\n- {{name: short, unit: {folder.name}, comm: true|false}}\n")
        with start("-i", "0.1", "-o", str(out), "--group", folder.name, "--group", "short", "--config", str(config),
                   program=[HOST]) as process:
            wait_for("a look", lambda: out.exists() and '"machine"' in out.read_text())
            folder.mkdir()
            self.addCleanup(folder.rmdir)
            narrow.mkdir()
            self.addCleanup(narrow.rmdir)
            (narrow / "memory.limit_in_bytes").write_text("16M")
            with shell_inside(folder, "n=0; while [ $n -lt 20 ]; do n=$((n+1)); /bin/true; /bin/false; done\n"
                                      f"echo $$ >{narrow}/cgroup.procs; tail /dev/zero; exit 0"):
                pass
            seen = len(wait_for("all have ended", lambda: ended() and looks()))
            # The group is read before its processes: one look later both are of the same moment.
            wait_for("one more look", lambda: len(looks()) > seen)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)
        group, commands = looks()[-1]
        by_name = {command["comm"]: command for command in commands}
        self.assertEqual(set(by_name), {"sh", "true", "false", "tail"})
        self.assertEqual((by_name["true"]["processes_ended"], by_name["false"]["processes_failed"]), (20, 20))
        self.assertEqual(sum(command["cpu_time_ns"] for command in commands), group["cpu_time_ns"])
        self.assertEqual(by_name["sh"]["group"], folder.name)
        self.assertEqual((by_name["false"]["failed_by_status"], by_name["tail"]["killed_by_signal"]), ("1:20", "9:1"))
        self.assertNotIn("failed_by_status", by_name["true"])
        # A look may have seen a child of the shell before its exec.
        self.assertEqual([by_name[name]["processes_started"] for name in ("true", "false", "tail")], [20, 20, 1])
        self.assertEqual((group["processes_started"], group["failed_by_status"], group["killed_by_signal"],
                          group["oom_victim"]), (42, "1:20", "9:1", "tail"))
        short = [record for record in map(json.loads, out.read_text().splitlines()) if record["kind"] == "processes"][-1]
        self.assertEqual((short["name"], short["counted"], short["processes_ended"]), ("short", "exact", 40))
        self.assertEqual((short["processes_started"], short["failed_by_status"]), (40, "1:20"))
        self.assertEqual(short["cpu_time_ns"], by_name["true"]["cpu_time_ns"] + by_name["false"]["cpu_time_ns"])


if __name__ == "__main__":
    unittest.main()
