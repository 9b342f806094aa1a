/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a look has found, as the records that it makes, and who wants to know: whoever serves, sends or judges them.
 */
#ifndef DENET_HOST_VIEW_H
#define DENET_HOST_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"

struct history;

struct view_row {
	enum denet_record record;
	const void *figures; /* the record's struct of metrics/host_records.h */
};

/*
 * Valid until the next look, with all texts of the figures. Those of a container that ends meanwhile may become
 * newer. The machine comes first; a group's commands follow it, and so do those of what has ended, which is there
 * once, as a container.
 */
struct view {
	const struct view_row *rows;
	size_t count;
	const struct history *history; /* NULL without one */
	uint64_t looks; /* from 1 on; the first has no rates */
	uint64_t mono_ns;
	uint64_t ts_ms;
	bool has_fresh_heavy; /* the rows of who uses much are of this look, not of one before */
};

#define OBSERVER_NEVER UINT64_MAX

/* Each may be NULL but take() and close(). */
struct observer_ops {
	/* After each look. What goes wrong is told by who finds it, and ends nothing. */
	void (*take)(void *self, const struct view *view);

	/* Readable when run() has something to do. */
	int (*fd)(const void *self);

	/* When run() is due without that, by CLOCK_MONOTONIC; OBSERVER_NEVER. */
	uint64_t (*due_ns)(const void *self);

	/* Called whenever something woke the service, and never waits. */
	void (*run)(void *self);

	/* No look comes any more. False as long as something waits to be sent: it is run until then, or for so
	 * long as a service has to end. */
	bool (*is_done)(void *self);

	void (*close)(void *self);
};

struct observer {
	const struct observer_ops *ops;
	void *self; /* owned by who has the observer: close() frees it */
};

#endif
