/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Memory pressure: of the whole machine, or of a cgroup, whose file is the same. */
#ifndef DENET_PROCFS_PRESSURE_H
#define DENET_PROCFS_PRESSURE_H

#include <stddef.h>
#include <stdint.h>

struct procfs;

struct pressure {
	double some_avg10; /* percent of the last ten seconds */
	double full_avg10; /* NAN: not told, as of the CPU before 5.13 */
	uint64_t some_total_us; /* since the boot, or the group's birth; UINT64_MAX: not known */
	uint64_t full_total_us; /* likewise */
};

/* Returns the descriptor; -ENOENT on a kernel without pressure accounts. */
int pressure_open(const struct procfs *procfs);

/* -EOPNOTSUPP when they are switched off. */
int pressure_read(int fd, struct pressure *ret_pressure);

/* -ENODATA unless some_avg10 is there. Lines of an unknown kind are skipped. */
int pressure_parse(const char *text, size_t len, struct pressure *ret_pressure);

#endif
