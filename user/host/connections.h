/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The sockets of one network namespace as records. */
#ifndef DENET_HOST_CONNECTIONS_H
#define DENET_HOST_CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "metrics/host_records.h"
#include "procfs/sockets.h"

struct connections_row {
	struct host_connections figures; /* listening lies in the next */
	char listening[SOCKETS_ADDRESS_BYTES];
};

struct connections {
	uint64_t mono_ns; /* when they were counted */
	size_t count; /* at least one: the first is of all */
	struct connections_row rows[];
};

/* Of no group yet. -ENOMEM. */
int connections_new(const struct sockets *sockets, uint64_t mono_ns, uint64_t ts_ms,
		    struct connections **ret_connections);

/* Accepts NULL. */
void connections_free(struct connections *connections);

/* Whose they are; the texts are borrowed. */
void connections_name(struct connections *connections, const char *group, const char *cgroup);

#endif
