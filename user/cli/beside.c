/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/beside.h"

#include <errno.h>
#include <stdint.h>

#include "cli/signals.h"
#include "rights/rights.h"
#include "util/log.h"

static void on_warning(void *context, const char *text)
{
	signals_survive_pipes();
	log_warning("%s: %s", (const char *)context, text);
}

/* What of CMD's makes no sense for others is not passed on. */
static struct denet_options options_of(const struct options *options)
{
	struct denet_options own = options->monitor;

	own.exclude_children = own.since_process_start = own.keep_records = false;
	own.duration_ns = 0;
	return own;
}

static int open_one(struct beside *beside, const struct options *options, const char *name)
{
	const struct denet_options own = options_of(options);
	const struct denet_observer observer = { .size = sizeof(observer),
						 .context = (void *)(uintptr_t)name,
						 .on_warning = on_warning };
	struct denet_error error = { .size = sizeof(error) };
	int r = denet_attach_cgroup(&own, &observer, name, &beside->monitors[beside->count],
				    &error);

	if (r && error.text[0])
		(void)log_error(0, "%s", error.text);
	else if (r)
		(void)log_error(r, "cannot follow '%s'", name);
	else
		beside->count++;
	return r;
}

int beside_open(struct beside *beside, const struct options *options)
{
	const struct option_list *names = &options->also_cgroups;
	int r = 0;

	if (names->count && rights_are_lent()) {
		(void)log_error(0, "option '--also-cgroup' takes rights of your own, as its "
				   "processes may be others'");
		return -EPERM;
	}
	for (size_t i = 0; !r && i < names->count && i < BESIDE_MAX; i++)
		r = open_one(beside, options, names->items[i]);
	return r;
}

void beside_close(struct beside *beside)
{
	for (size_t i = 0; i < beside->count; i++)
		denet_monitor_free(beside->monitors[i]);
	*beside = (struct beside){ 0 };
}

void beside_watch(const struct beside *beside, struct pollfd fds[BESIDE_MAX])
{
	for (size_t i = 0; i < BESIDE_MAX; i++) {
		bool is_due = i < beside->count && !beside->has_ended[i];

		fds[i] = (struct pollfd){
			.fd = is_due ? denet_monitor_fd(beside->monitors[i]) : -1,
			.events = POLLIN,
		};
	}
}

/* Whatever becomes of it, CMD goes on. */
void beside_step(struct beside *beside, const struct pollfd fds[BESIDE_MAX])
{
	for (size_t i = 0; i < beside->count; i++) {
		int r = fds[i].revents ? denet_monitor_step(beside->monitors[i]) : 0;

		if (r < 0)
			log_warning("a cgroup beside the command cannot be followed any more");
		beside->has_ended[i] |= r != 0;
	}
}

void beside_finish(struct beside *beside)
{
	for (size_t i = 0; i < beside->count; i++)
		(void)denet_monitor_finish(beside->monitors[i]);
}

bool beside_summary(const struct beside *beside, size_t index, struct denet_summary *ret_summary)
{
	ret_summary->size = sizeof(*ret_summary);
	if (denet_monitor_summary(beside->monitors[index], ret_summary))
		return false;
	/* The run's summary has it, for all that this process does. */
	ret_summary->monitor_cpu_ns = DENET_UNKNOWN;
	ret_summary->monitor_peak_rss_kb = DENET_UNKNOWN;
	return true;
}
