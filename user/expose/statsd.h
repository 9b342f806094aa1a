/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a look has found as gauges of StatsD, by the names of metlog-psutils: psutil.GROUP.HOST.WHO.KEY. Times are in
 * seconds. What StatsD or Graphite would take apart becomes '_'.
 */
#ifndef DENET_EXPOSE_STATSD_H
#define DENET_EXPOSE_STATSD_H

#include <stdint.h>

#include "host/named.h"
#include "host/view.h"
#include "util/buf.h"

enum expose_statsd_detail {
	STATSD_NET = 1 << 0,
	STATSD_IO = 1 << 1,
	STATSD_CPU = 1 << 2,
	STATSD_MEM = 1 << 3,
	STATSD_THREADS = 1 << 4,
	STATSD_BUSY = 1 << 5,
};

/* Where host and who stand: in the name, or as what others take for tags. */
enum expose_statsd_tags { STATSD_PLAIN, STATSD_DOGSTATSD, STATSD_INFLUX };

struct expose_statsd {
	const char *host;
	unsigned int details; /* enum expose_statsd_detail, any of them */
	enum expose_statsd_tags tags;
	uint64_t memory_total; /* bytes, for what is a part of it */
};

/* Of the machine, a cgroup, a container that has ended, a group of processes, or sockets; a line for each figure. */
void expose_statsd_append(struct buf *buf, const struct expose_statsd *statsd,
			  const struct view_row *row);

/* The same of processes that were asked for, and of threads. */
void expose_statsd_append_named(struct buf *buf, const struct expose_statsd *statsd,
				const struct named_row *row);
void expose_statsd_append_thread(struct buf *buf, const struct expose_statsd *statsd,
				 const struct named_thread *thread);

#endif
