# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What lies in share/ for orchestrators, against their schemas."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Schemas(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="denet-share."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run([sys.executable, "-m", "venv", cls.folder], check=True)
        try:
            subprocess.run([cls.folder / "bin/pip", "-q", "install", "kubernetes-validate==1.37.0"], check=True,
                           capture_output=True, timeout=300)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise unittest.SkipTest(f"kubernetes-validate cannot be had: {(error.stderr or b'')[-200:]!r}") from None

    def validate(self, path):
        return subprocess.run([self.folder / "bin/kubernetes-validate", "--strict", path], capture_output=True, text=True,
                              check=False)

    def test_the_daemonset_is_one(self):
        path = ROOT / "share/kubernetes/denet-bpf-host.yml"
        result = self.validate(path)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        wrong = self.folder / "wrong.yml"
        wrong.write_text(path.read_text().replace("hostPID: true", "hostPid: true"))
        self.assertNotEqual(self.validate(wrong).returncode, 0)

    def test_compose_takes_the_service(self):
        command = next((one for one in (["docker", "compose"], ["docker-compose"])
                        if shutil.which(one[0]) and subprocess.run([*one, "version"], capture_output=True, check=False).returncode == 0),
                       None)
        if not command:
            self.skipTest("no compose here")
        path = ROOT / "share/compose/denet-bpf-host.yml"
        result = subprocess.run([*command, "-f", path, "config", "-q"], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
