/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Keys of the table that are also written or looked for without it. */
#ifndef DENET_METRICS_KEYS_H
#define DENET_METRICS_KEYS_H

#define KEY_AFFINITY_INHERITED "affinity_inherited"
#define KEY_CLK_TCK "clk_tck"
#define KEY_COMPOSE_PROJECT "compose_project"
#define KEY_COMPOSE_SERVICE "compose_service"
#define KEY_CORES_PER_SOCKET "cores_per_socket"
#define KEY_CPU_FREQ_KHZ "cpu_freq_khz"
#define KEY_CPU_GOVERNOR "cpu_governor"
#define KEY_CPU_PER_CORE "cpu_per_core"
#define KEY_CPU_TIME_NS "cpu_time_ns"
#define KEY_CPU_USAGE "cpu_usage"
#define KEY_EXIT_CODE "exit_code"
#define KEY_FAILED_BY_STATUS "failed_by_status"
#define KEY_KILLED_BY_SIGNAL "killed_by_signal"
#define KEY_OOM_VICTIM "oom_victim"
#define KEY_FS_TYPE "fs_type"
#define KEY_GROUPS "groups"
#define KEY_LOAD_AVG "load_avg"
#define KEY_MEMORY_BYTES "memory_bytes"
#define KEY_MEMORY_STALL_NS "memory_stall_ns"
#define KEY_NODE_SIZES_MB "node_sizes_mb"
#define KEY_OOM_KILLED "oom_killed"
#define KEY_PEAK_MEM_RSS_KB "peak_mem_rss_kb"
#define KEY_PEAK_PSS_KB "peak_pss_kb"
#define KEY_PROCESSES_TOTAL "processes_total"
#define KEY_PSS_IS_ROUGH "pss_is_rough"
#define KEY_SMT_ACTIVE "smt_active"
#define KEY_T0_MS "t0_ms"
#define KEY_THP_ENABLED "thp_enabled"
#define KEY_THREADS_PER_CORE "threads_per_core"
#define KEY_THROTTLED_NS "throttled_ns"
#define KEY_TS_MS "ts_ms"
#define KEY_WALL_NS "wall_ns"

#endif
