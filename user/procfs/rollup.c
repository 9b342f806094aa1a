/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/rollup.h"

#include "procfs/lines.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

int rollup_read_pss(const struct procfs *procfs, pid_t pid, uint64_t *ret_kb)
{
	AUTO_FD int fd = procfs_open_pid(procfs, pid, "smaps_rollup");

	return fd < 0 ? fd : lines_find_value(fd, "Pss:", ret_kb);
}
