/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/status.h"

#include <errno.h>
#include <limits.h>

#include "procfs/lines.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

static int read_value(const struct procfs *procfs, pid_t pid, const char *key, uint64_t max,
		      uint64_t *ret_value)
{
	AUTO_FD int fd = procfs_open_pid(procfs, pid, "status");
	uint64_t value;
	int err;

	if (fd < 0)
		return fd;

	err = lines_find_value(fd, key, &value);
	if (err)
		return err;
	if (value > max)
		return -EBADMSG;

	*ret_value = value;
	return 0;
}

int status_read_peak_rss(const struct procfs *procfs, pid_t pid, uint64_t *ret_kb)
{
	return read_value(procfs, pid, "VmHWM:", UINT64_MAX, ret_kb);
}

int status_read_own_peak_rss(const struct procfs *procfs, uint64_t *ret_kb)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/status");

	return fd < 0 ? fd : lines_find_value(fd, "VmHWM:", ret_kb);
}

int status_read_tgid(const struct procfs *procfs, pid_t tid, pid_t *ret_pid)
{
	uint64_t value;
	int err = read_value(procfs, tid, "Tgid:", INT_MAX, &value);

	if (err)
		return err;

	*ret_pid = (pid_t)value;
	return 0;
}

int status_read_switches(const struct procfs *procfs, pid_t pid, uint64_t *ret_voluntary,
			 uint64_t *ret_involuntary)
{
	int r = read_value(procfs, pid, "voluntary_ctxt_switches:", UINT64_MAX, ret_voluntary);

	return r ? r
		 : read_value(procfs, pid, "nonvoluntary_ctxt_switches:", UINT64_MAX,
			      ret_involuntary);
}

int status_read_uid(const struct procfs *procfs, pid_t pid, uint32_t *ret_uid)
{
	uint64_t value;
	int err = read_value(procfs, pid, "Uid:", UINT32_MAX, &value);

	if (err)
		return err;

	*ret_uid = (uint32_t)value;
	return 0;
}
