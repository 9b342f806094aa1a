/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Keys of the table that are also written or looked for without it. */
#ifndef DENET_METRICS_KEYS_H
#define DENET_METRICS_KEYS_H

#define KEY_AFFINITY_INHERITED "affinity_inherited"
#define KEY_CLK_TCK "clk_tck"
#define KEY_CORES_PER_SOCKET "cores_per_socket"
#define KEY_CPU_FREQ_KHZ "cpu_freq_khz"
#define KEY_CPU_GOVERNOR "cpu_governor"
#define KEY_EXIT_CODE "exit_code"
#define KEY_NODE_SIZES_MB "node_sizes_mb"
#define KEY_OOM_KILLED "oom_killed"
#define KEY_SMT_ACTIVE "smt_active"
#define KEY_T0_MS "t0_ms"
#define KEY_THP_ENABLED "thp_enabled"
#define KEY_THREADS_PER_CORE "threads_per_core"
#define KEY_TS_MS "ts_ms"

#endif
