/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_EXPOSE_EXPOSITION_INTERNAL_H
#define DENET_EXPOSE_EXPOSITION_INTERNAL_H

#include "expose/exposition.h"
#include "expose/family.h"
#include "expose/kind.h"
#include "expose/known.h"
#include "expose/prometheus.h"

/* The rows of one kind, with their labels. */
struct exposition_table {
	struct family_list families;
	struct prometheus_row *rows; /* owned; what they have lies in those that are known */
	size_t count;
	size_t room;
	void *rest; /* owned: what those add up to that have no series; NULL where that cannot be */
	bool has_rest; /* there has been one */
};

struct exposition {
	struct expose_settings settings;
	struct exposition_table tables[EXPOSE_KINDS];
	struct known_list known;
	struct buf scratch; /* owned: key and labels of one row */
	struct buf rest_labels; /* owned: of each table, with their ends */
	uint64_t looks;
	uint64_t mono_ns;
	uint64_t ts_ms; /* of the last look; 0: none */
	uint64_t served;
	uint64_t used; /* series */
	uint64_t used_by_ended; /* of those that nobody saw alive */
	uint64_t folded; /* series, so far, that there was no room for */
	uint64_t events_lost;
	uint64_t groups_omitted;
	exposition_sinks_fn sinks; /* NULL for none */
	void *sinks_context; /* borrowed */
};

/* Series that a row has at most. */
static inline uint64_t exposition_cost(const struct exposition_table *table, enum expose_kind kind)
{
	return table->families.count + (kind == EXPOSE_CONTAINER);
}

/* At the end of the table. -ENOMEM. */
int exposition_add_row(struct exposition_table *table, const void *figures, const char *labels,
		       const char *facts);

/* What is told of the service itself, and what is told of last: since when the body is made. */
void exposition_append_self(const struct exposition *exposition, struct buf *buf,
			    bool is_openmetrics);
void exposition_append_process(struct buf *buf, bool is_openmetrics);

#endif
