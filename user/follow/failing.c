/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What goes wrong while measuring: samples that are left out, a source that is gone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "follow/monitor_internal.h"
#include "util/clock.h"
#include "util/units.h"

bool failing_is_for_good(int error)
{
	return error == -EBADF || error == -EINVAL;
}

static void warn(const struct denet_monitor *monitor, const char *what, int error)
{
	char text[200];

	if (!monitor->observer.on_warning)
		return;
	(void)snprintf(text, sizeof(text), "%s: %s", what, strerror(-error));
	monitor->observer.on_warning(monitor->observer.context, text);
}

/* The root is watched on to its end, and then the totals are asked for once more. */
static void break_off(struct denet_monitor *monitor, int error)
{
	struct failing *failing = &monitor->failing;
	uint64_t after_ns = clock_mono_ns() - monitor->times.start_mono_ns;

	if (failing->is_source_gone)
		return;
	failing->is_source_gone = true;
	(void)snprintf(failing->reason, sizeof(failing->reason),
		       "measuring broke off after %.1f s: %s", (double)after_ns / NS_PER_S,
		       strerror(-error));
	if (monitor->source->fd >= 0)
		watch_remove(&monitor->watch, monitor->source->fd);
	warn(monitor, "measuring has broken off", error);
}

void failing_note(struct denet_monitor *monitor, int error)
{
	if (!monitor->failing.samples++ && !failing_is_for_good(error))
		warn(monitor, "a sample has failed and is left out", error);
	if (failing_is_for_good(error))
		break_off(monitor, error);
}

void failing_note_end(struct denet_monitor *monitor, int error)
{
	struct failing *failing = &monitor->failing;

	if (!failing->reason[0])
		(void)snprintf(failing->reason, sizeof(failing->reason),
			       "the figures of the end could not be read: %s", strerror(-error));
}
