/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* libFuzzer: whatever a file holds, its stats come out as JSON that reads back. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/stats.h"
#include "util/cleanup.h"
#include "util/scan.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(const struct stats *stats)
{
	AUTO(buf) struct buf buf = { 0 };
	struct scan_value value;

	stats_append_json(stats, &buf);
	if (buf.error || scan_document(buf.data, buf.len, &value))
		abort();
}

static void check_text(const char *bytes, size_t len)
{
	AUTO(buf) struct buf buf = { 0 };
	uint32_t code;

	if (utf8_append_fitted(&buf, bytes, len, 40) > 40)
		abort();
	for (size_t at = 0; at < buf.len;) {
		at += utf8_decode(buf.data + at, buf.len - at, &code);
		if (utf8_is_control(code))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FD int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct stats stats;
	char error[256];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		return 0;
	if (!stats_read_fd(fd, NULL, &stats, error, sizeof(error))) {
		check_json(&stats);
		stats_done(&stats);
	}
	check_text((const char *)data, size);
	return 0;
}
