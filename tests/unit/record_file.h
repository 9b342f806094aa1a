/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Records in a file of memory, for tests of the reader. */
#ifndef DENET_TESTS_RECORD_FILE_H
#define DENET_TESTS_RECORD_FILE_H

#include <sys/mman.h>
#include <unistd.h>

/* Without its last brace. */
#define SAMPLE                                                                 \
	"{\"ts_ms\":1,\"cpu_usage\":2.5,\"mem_rss_kb\":3,\"mem_vms_kb\":4,"    \
	"\"disk_read_bytes\":5,\"disk_write_bytes\":6,\"sys_net_rx_bytes\":7," \
	"\"sys_net_tx_bytes\":8,\"thread_count\":9,\"uptime_secs\":10"

static int file_with(const char *text, size_t len)
{
	int fd = memfd_create("records", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

#endif
