# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What tests of rights share: sets of capabilities, and what a process has and inherits."""

import platform
import unittest

from harness import MODE, NOBODY, need_root, wait_for

CAP_KILL, CAP_SYS_PTRACE, CAP_PERFMON, CAP_BPF = 5, 19, 38, 39
KERNEL = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])
TO_SAMPLE = 0 if KERNEL >= (5, 19) else 1 << CAP_BPF
# Permitted and not in effect, until samples by members are loaded.
TO_LOAD_LATER = 1 << CAP_BPF | 1 << CAP_PERFMON if KERNEL >= (6, 2) else 0
FILE_CAPS = "cap_bpf,cap_perfmon" + ("" if KERNEL >= (5, 11) else ",cap_sys_resource")
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

# All that a process has from whom started it, and that a monitor may have changed.
INHERITED = r"""
ls -l /proc/self/fd | sed -n "s/.* \([0-9]* -> .*\)/fd \1/p" | tr -d "[][:digit:]["
ls /proc/self/fd | wc -l
grep -E "^(Uid|Gid|Groups|Sig[BICPS]|Shd|Cap|NoNewPrivs|Seccomp|Umask|Cpus_allowed_list)" /proc/self/status
for name in oom_score_adj limits coredump_filter cgroup timerslack_ns; do echo $name; cat /proc/self/$name; done
nice; pwd; umask; cut -d" " -f18,19,40,41 /proc/self/stat; env | sort
"""


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
        return {key: value.strip() for key, _, value in (line.partition(":") for line in status)}


def root_alone(test):
    return need_root(test) if MODE == "root" else unittest.skip(f"mode {MODE}")(test)


def dropped(pid):
    """The monitor's status, when it has given up what it gives up: the last is no-new-privs."""
    wait_for("no-new-privs on the monitor", lambda: status_of(pid)["NoNewPrivs"] == "1")
    status = status_of(pid)
    return {key: int(status[key], 16) for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
