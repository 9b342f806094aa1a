/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Series as text, family after family: Prometheus' own format, or OpenMetrics. Without timestamps. */
#ifndef DENET_EXPOSE_PROMETHEUS_H
#define DENET_EXPOSE_PROMETHEUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expose/family.h"
#include "util/buf.h"

enum prometheus_type { PROMETHEUS_COUNTER, PROMETHEUS_GAUGE, PROMETHEUS_INFO };

/* The name is without what its type adds. bound may be NULL. */
struct prometheus_head {
	const char *name;
	enum prometheus_type type;
	const char *help;
	const char *bound;
};

void prometheus_append_head(struct buf *buf, const struct prometheus_head *head,
			    bool is_openmetrics);

/* What stands before the value: name{labels}. Labels may be NULL or empty, and so may the pair behind them. */
void prometheus_append_name(struct buf *buf, const struct prometheus_head *head, const char *labels,
			    const char *pair);

/* One series that is all of its family; in seconds with is_ns. */
void prometheus_append_single(struct buf *buf, const struct prometheus_head *head, uint64_t value,
			      bool is_ns, bool is_openmetrics);

struct prometheus_row {
	const void *figures; /* the struct of their kind */
	const char *labels; /* that no other has */
	const char *facts; /* "" for none */
};

/* Of one kind. A figure that no row knows has no family. */
void prometheus_append_rows(struct buf *buf, const struct family_list *families,
			    const struct prometheus_row *rows, size_t count, bool is_openmetrics);

/* An info of the kind's name for each row that has facts. */
void prometheus_append_facts(struct buf *buf, enum expose_kind kind,
			     const struct prometheus_row *rows, size_t count, bool is_openmetrics);

/* What comes last in OpenMetrics. */
void prometheus_append_end(struct buf *buf);

#endif
