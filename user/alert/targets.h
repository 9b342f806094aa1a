/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* All who are told of alerts. */
#ifndef DENET_ALERT_TARGETS_H
#define DENET_ALERT_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/outlet.h"
#include "alert/settings.h"
#include "config/faults.h"

#define TARGETS_MAX 16

struct targets {
	struct outlet items[TARGETS_MAX]; /* owned */
	size_t count;
	struct http_client *client; /* owned; NULL where nobody has a URL */
	bool has_commands; /* the first one runs them */
	int epoll_fd; /* owned; -1 where nobody has a descriptor to wait for */
};

/* What a type needs and what it has no use for. */
void targets_check(const struct alert_settings *settings, struct faults *faults);

/*
 * Without any in the settings, stderr. Of others that were open before, which may be NULL, the process that runs
 * commands is taken over, since none can be begun later. Tells what is wrong; to be closed in any case.
 */
int targets_open(struct targets *targets, const struct alert_settings *settings,
		 struct targets *others);
void targets_close(struct targets *targets);

void targets_tell(struct targets *targets, const struct alert *alert, uint64_t ts_ms);
void targets_look(struct targets *targets, const struct evaluator *evaluator, uint64_t ts_ms);
uint64_t targets_due_ns(const struct targets *targets);
void targets_run(struct targets *targets);
bool targets_are_done(const struct targets *targets);

#endif
