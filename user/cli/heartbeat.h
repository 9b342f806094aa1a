/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * When to say that a run goes on: when nothing has been written for so long to where the command writes.
 * Files, terminals and named pipes tell when they were written to last. Sockets do not, nor do pipes without
 * a name since Linux 6.14: they count as silent, since a line too many does less harm than one too few.
 */
#ifndef DENET_CLI_HEARTBEAT_H
#define DENET_CLI_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define HEARTBEAT_STREAMS 2

struct heartbeat {
	uint64_t every_ns; /* 0: never */
	int fds[HEARTBEAT_STREAMS]; /* borrowed; -1 for none */
	struct stat seen[HEARTBEAT_STREAMS]; /* as they were then */
	uint64_t heard_mono_ns; /* the last time that anybody wrote, as far as was looked */
};

void heartbeat_start(struct heartbeat *heartbeat, uint64_t every_ns, int stdout_fd, int stderr_fd,
		     uint64_t now_mono_ns);

/* True when it is time for a line; once it is written heartbeat_spoken() is due. */
bool heartbeat_is_due(struct heartbeat *heartbeat, uint64_t now_mono_ns);
void heartbeat_spoken(struct heartbeat *heartbeat, uint64_t now_mono_ns);

#endif
