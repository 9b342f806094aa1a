/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/status.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>

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

/* Digits of base 16 alone. */
static uint64_t hex_of(struct parse_span span)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;

	for (span = parse_span_trim(span); span.len; span.at++, span.len--) {
		const char *digit = memchr(digits, *span.at, sizeof(digits) - 1);

		if (!digit)
			break;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	return value;
}

/* "Uid:	real	effective	saved	of file systems" */
static bool take_ids(struct parse_span line, uint64_t ids[3])
{
	return parse_take_literal(&line, "Uid:") && parse_take_u64(&line, &ids[0]) &&
	       parse_take_u64(&line, &ids[1]) && parse_take_u64(&line, &ids[2]);
}

int status_read_uid(const struct procfs *procfs, pid_t pid, uint32_t *ret_uid, bool *ret_may_change)
{
	AUTO_FD int fd = procfs_open_pid(procfs, pid, "status");
	struct parse_span line;
	struct lines lines;
	uint64_t ids[3] = { UINT64_MAX }, permitted = 0;
	int more;

	if (fd < 0)
		return fd;
	lines_init(&lines, fd);
	while ((more = lines_next(&lines, &line)) > 0)
		if (!take_ids(line, ids) && parse_take_literal(&line, "CapPrm:"))
			permitted = hex_of(line);
	if (more < 0)
		return more;
	if (ids[0] > UINT32_MAX)
		return ids[0] == UINT64_MAX ? -ENODATA : -EBADMSG;
	*ret_uid = (uint32_t)ids[0];
	if (ret_may_change)
		*ret_may_change =
			(permitted >> CAP_SETUID & 1) || ids[1] != ids[0] || ids[2] != ids[0];
	return 0;
}
