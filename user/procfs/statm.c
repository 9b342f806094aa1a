/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/statm.h"

#include <errno.h>
#include <unistd.h>

#include "procfs/procfs.h"
#include "util/parse.h"

/* Seven numbers of at most 20 digits. */
#define STATM_BYTES 160
#define PAGE_BYTES_DEFAULT 4096

int statm_open(const struct procfs *procfs, pid_t pid)
{
	return procfs_open_pid(procfs, pid, "statm");
}

static uint64_t page_bytes(void)
{
	long bytes = sysconf(_SC_PAGESIZE);

	return bytes > 0 ? (uint64_t)bytes : PAGE_BYTES_DEFAULT;
}

int statm_read(int fd, uint64_t *ret_rss_kb, uint64_t *ret_vms_kb)
{
	char text[STATM_BYTES];
	ssize_t len = pread(fd, text, sizeof(text), 0); /* the kernel gives it in one piece */

	if (len < 0)
		return -errno;
	return statm_parse(text, (size_t)len, page_bytes(), ret_rss_kb, ret_vms_kb);
}

int statm_parse(const char *text, size_t len, uint64_t page_bytes, uint64_t *ret_rss_kb,
		uint64_t *ret_vms_kb)
{
	struct parse_span span = { text, len };
	uint64_t vms_bytes;
	uint64_t rss_bytes;

	if (!parse_take_u64(&span, &vms_bytes) || !parse_take_u64(&span, &rss_bytes) ||
	    __builtin_mul_overflow(vms_bytes, page_bytes, &vms_bytes) ||
	    __builtin_mul_overflow(rss_bytes, page_bytes, &rss_bytes))
		return -EBADMSG;

	*ret_rss_kb = rss_bytes / 1024;
	*ret_vms_kb = vms_bytes / 1024;
	return 0;
}
