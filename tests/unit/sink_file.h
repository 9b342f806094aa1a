/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The file that each test of a sink writes into. */
#ifndef DENET_TESTS_SINK_FILE_H
#define DENET_TESTS_SINK_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BIG 300000 /* more than a pipe holds */

static char path[64];

static inline int make_path(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/denet-sink-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd);
}

static inline int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

#endif
