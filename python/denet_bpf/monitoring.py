# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Monitoring from inside an asyncio program: resources with thresholds, and a profiler.

ResourceMonitor watches the whole machine, or by pid= a process with all its descendants.
Profiler notes how long traced functions and blocks took and how resident memory changed.
"""

from ._profiler import Profile, Profiler, ProfileTrace
from ._resources import (
    CPUStats,
    IOStats,
    MemoryStats,
    ResourceMonitor,
    SystemStats,
)

__all__ = [
    "CPUStats",
    "IOStats",
    "MemoryStats",
    "Profile",
    "ProfileTrace",
    "Profiler",
    "ResourceMonitor",
    "SystemStats",
]
