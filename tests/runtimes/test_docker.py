# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""docker, and containerd's own ctr: daemons of our own, with sockets and folders of their own, and no network."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import containers
from containers import AnyRuntime, Daemon, Runtime, cpu_folder, of_runtime, remove_groups, resolve, tell, told
from harness import is_alive, parse_lines, start, wait_for

IMAGE = "denet/box:1"
SPACE = f"denet-{os.getpid()}"


class Daemons:
    """Both, once for all tests here; why they are not there where they cannot be started."""

    folder = None
    containerd = None
    dockerd = None
    missing = None


def place(name):
    return os.path.join(Daemons.folder, name)


def docker(*arguments, **options):
    # Beside its daemon: another release's client may refuse to speak to it.
    client = os.path.join(os.path.dirname(shutil.which("dockerd")).replace("sbin", "bin"), "docker")
    if not os.access(client, os.X_OK):
        client = "docker"
    return tell(client, "-H", f"unix://{place('docker.sock')}", *arguments, **options)


def ctr(*arguments, **options):
    return tell("ctr", "-a", place("containerd.sock"), "-n", SPACE, *arguments, **options)


def start_containerd():
    pathlib.Path(place("config.toml")).write_text(
        f'version = 2\nroot = "{place("containerd")}"\nstate = "{place("state")}"\n'
        f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{place("containerd.sock")}"\n')
    Daemons.containerd = Daemon(["containerd", "-c", place("config.toml")], place("containerd.log"),
                                lambda: ctr("version", check=False).returncode == 0)


def start_dockerd():
    with contextlib.suppress(FileNotFoundError):
        os.unlink(place("docker.pid"))
    Daemons.dockerd = Daemon(
        ["dockerd", "--containerd", place("containerd.sock"), "--data-root", place("data"), "--exec-root",
         place("exec"), "--pidfile", place("docker.pid"), "-H", f"unix://{place('docker.sock')}", "--iptables=false",
         "--ip6tables=false", "--bridge=none", "--live-restore"],
        place("dockerd.log"), lambda: docker("version", check=False).returncode == 0)


def setUpModule():
    if os.geteuid():
        return
    Daemons.folder = tempfile.mkdtemp(prefix="denet-runtimes.")
    unittest.addModuleCleanup(shutil.rmtree, Daemons.folder, ignore_errors=True)
    unittest.addModuleCleanup(end_daemons)
    containers.make_root(place("root"))
    try:
        start_containerd()
        start_dockerd()
        tell("tar", "-C", place("root"), "-cf", place("root.tar"), ".")
        docker("import", place("root.tar"), IMAGE)
    except (AssertionError, OSError) as error:
        Daemons.missing = f"docker does not start here: {error}"


def end_daemons():
    for daemon in (Daemons.dockerd, Daemons.containerd):
        if daemon:
            daemon.end()
    for line in reversed(pathlib.Path("/proc/self/mountinfo").read_text().splitlines()):
        point = line.split()[4]
        if point.startswith(f"{Daemons.folder}/"):
            tell("umount", "-l", point, check=False)
    remove_groups("/docker", f"/{SPACE}")
    # What the shims have left beside the folders that they were told.
    shutil.rmtree(f"/run/containerd/runc/{SPACE}", ignore_errors=True)
    for empty in ("containerd/fifo", "containerd/runc", "containerd/s", "containerd", "docker/plugins", "docker"):
        with contextlib.suppress(OSError):
            os.rmdir(f"/run/{empty}")


class OfDaemons(Runtime):
    def setUp(self):
        super().setUp()
        if Daemons.missing:
            self.skipTest(Daemons.missing)


@of_runtime
class Docker(AnyRuntime, OfDaemons):
    is_told_by = "docker"
    image = IMAGE

    def begin(self, name, *options):
        docker("run", "-d", "--network", "none", "--name", name, *options, IMAGE, "sleep", "9999")
        return int(docker("inspect", "-f", "{{.State.Pid}}", name))

    def execute(self, name, script):
        docker("exec", name, "sh", "-c", script)

    def once(self, name, script):
        file = self.path(f"{name}.id")
        docker("run", "--rm", "--network", "none", "--cidfile", file, "--name", name, IMAGE, "sh", "-c", script)
        return pathlib.Path(file).read_text()

    def remove(self, name):
        docker("rm", "-f", name, check=False)

    def test_compose_is_told_and_a_new_name_is_found(self):
        name, other = self.named("old"), self.named("new")
        self.addCleanup(self.remove, other)
        self.addCleanup(self.remove, name)
        self.begin(name, "--label", "com.docker.compose.project=shop", "--label", "com.docker.compose.service=front")
        group = told(name)
        self.assertEqual((group["compose_project"], group["compose_service"]), ("shop", "front"))
        docker("rename", name, other)
        self.assertIsNone(resolve(name))
        self.assertEqual(told(other)["cgroup"], group["cgroup"])

    def test_a_path_of_the_user_s_own_tells_no_runtime_and_still_the_name(self):
        parent = f"/denet-parent-{os.getpid()}"
        self.addCleanup(remove_groups, parent)
        name = self.named("parent")
        self.addCleanup(self.remove, name)
        pid = self.begin(name, "--cgroup-parent", parent)
        group = told(name)
        self.assertEqual(os.path.dirname(group["cgroup"]), parent)
        self.assertEqual(group["image"], IMAGE)
        self.assertEqual(resolve(name)["cgroups"][0], cpu_folder(pid))

    def test_its_connections_are_told_by_the_address_that_they_came_to(self):
        """Of its own network namespace, and nobody else's."""
        with self.container("listens") as (name, pid):
            def count(state):
                return sum(pathlib.Path(f"/proc/{pid}/net", file).read_text().count(f" {state} ") for file in ("tcp", "tcp6"))

            docker("exec", "-d", name, "busybox", "nc", "-ll", "-p", "8080", "-e", "sleep", "9999")
            wait_for("somebody listens", lambda: count("0A"))
            docker("exec", "-d", name, "sh", "-c", "sleep 9999 | busybox nc 127.0.0.1 8080")
            wait_for("both ends of a connection", lambda: count("01") == 2)
            result = containers.run("host", "--once", "--json", "--container", name)
            records = [one for one in parse_lines(result.out) if one["kind"] == "connections" and one.get("group") == name]
            whole, = [one for one in records if "listening" not in one]
            self.assertEqual((whole["established"], whole["listeners"]), (2, 1))
            server, = [one for one in records if one.get("listening", "").endswith(":8080")]
            self.assertEqual((server["established"], server["listeners"]), (1, 1))
            shown = containers.run("host", "--once", "-v", "--container", name).out.decode()
            self.assertIn("connections  2 established", shown)

    def test_names_stay_when_docker_is_gone(self):
        """In the middle of looks, by SIGKILL: containers live on, and so does what is known of them."""
        out = self.path("out")
        with start("-i", "0.5", "-o", out, program=[containers.HOST]) as process:
            wait_for("two looks", lambda: containers.is_whole(out))
            with self.container("stays") as (name, pid):
                # By then it has no right any more, and still looks into the container's network.
                wait_for("the network of the container", lambda: any(
                    name == one["name"] and "net_bytes_recv" in one for one in self.groups_so_far()))
                Daemons.dockerd.end(signal.SIGKILL)
                try:
                    self.assertTrue(is_alive(pid))
                    seen = pathlib.Path(out).read_text().count('"machine"')
                    wait_for("two more looks", lambda: pathlib.Path(out).read_text().count('"machine"') >= seen + 2)
                    self.assertEqual(told(name)["image"], IMAGE)
                finally:
                    start_dockerd()
            process.send_signal(signal.SIGTERM)
            self.assertEqual(containers.finish(process).status, 0)
        self.assertGreaterEqual(len([one for one in self.groups_so_far() if one["name"] == name]), 4)

    def groups_so_far(self):
        text = self.read("out")
        return [one for one in parse_lines(text[:text.rfind(b"\n") + 1]) if one["kind"] == "group"]

    def test_one_within_another_is_part_of_it(self):
        """As docker in docker has it, by runc: what the inner one uses is in the outer one's figures as well."""
        inner = "ab" * 32
        with self.container("outer") as (name, pid):
            outer = containers.paths_of(pid)["cpuacct" if "cpuacct" in containers.hierarchies() else ""]
            self.run_inner(inner, f"{outer}/docker/{inner}")
            self.addCleanup(remove_groups, f"{outer}/docker")
            result = containers.run("host", "--once", "--json")
            groups = {one["name"]: one for one in parse_lines(result.out) if one["kind"] == "group"}
            self.assertEqual(groups[inner[:12]]["runtime"], "docker")
            self.assertEqual(groups[inner[:12]]["parent"], outer.split("/")[-1][:12])
            self.assertEqual((groups[inner[:12]]["processes_living"], groups[name]["processes_living"]), (1, 2))
            self.assertGreater(groups[name]["cpu_time_ns"], groups[inner[:12]]["cpu_time_ns"])
            self.delete_inner(inner)
            remove_groups(f"{outer}/docker")

    def run_inner(self, inner, path):
        tell("runc", "spec", cwd=self.folder)
        config = json.loads(self.read("config.json"))
        config["process"].update(terminal=False, args=["sleep", "9999"], rlimits=[])
        config["root"]["path"] = place("root")
        config["linux"]["cgroupsPath"] = path
        self.write("config.json", json.dumps(config))
        self.addCleanup(self.delete_inner, inner)
        tell("runc", "--root", self.path("runc"), "run", "-d", inner, cwd=self.folder, stdout=subprocess.DEVNULL,
             stderr=subprocess.DEVNULL)

    def delete_inner(self, inner):
        tell("runc", "--root", self.path("runc"), "delete", "--force", inner, check=False)


@of_runtime
class Ctr(AnyRuntime, OfDaemons):
    is_told_by = "containerd"

    def begin(self, name):
        ctr("run", "-d", "--rootfs", place("root"), name, "/bin/sleep", "9999", stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        tasks = ctr("task", "ls").splitlines()
        return next(int(line.split()[1]) for line in tasks if line.split()[0] == name)

    def execute(self, name, script):
        ctr("task", "exec", "--exec-id", "work", name, "/bin/sh", "-c", script)

    def once(self, name, script):
        ctr("run", "--rm", "--rootfs", place("root"), name, "/bin/sh", "-c", script)
        return name

    def remove(self, name):
        ctr("task", "rm", "-f", name, check=False)
        ctr("container", "rm", name, check=False)
