/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A monitor from its making to its end, and what is asked of it meanwhile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "follow/monitor_internal.h"
#include "procfs/procfs.h"
#include "util/error.h"
#include "util/sized.h"

void denet_options_init(struct denet_options *options)
{
	static const struct denet_options defaults = {
		.size = sizeof(defaults),
		.interval_ms = 100,
		.max_interval_ms = 1000,
		.children_max = 256,
	};

	sized_give(options, &defaults, sizeof(defaults));
}

static int check_options(const struct denet_options *options, struct denet_error *error)
{
	if (!options->interval_ms)
		return error_set(error, -EINVAL, "the interval cannot be 0");
	if (options->interval_ms > options->max_interval_ms)
		return error_set(error, -EINVAL, "the interval is above its maximum");
	if (options->max_interval_ms > UINT64_MAX / 4000000)
		return error_set(error, -EINVAL, "the interval is too long");
	return 0;
}

/* What the caller hands over, as far as it is known here; and the observer that keeps records. */
static int take_request(struct denet_monitor *monitor, const struct denet_options *options,
			const struct denet_observer *observer, struct denet_error *error)
{
	struct denet_observer callers = { 0 };
	int r;

	if (!options)
		return error_set(error, -EINVAL, "no options");
	monitor->options.size = sizeof(monitor->options);
	denet_options_init(&monitor->options);
	r = sized_take(&monitor->options, sizeof(monitor->options), options);
	if (!r && observer)
		r = sized_take(&callers, sizeof(callers), observer);
	if (r == -E2BIG)
		return error_set(error, r, SIZED_YOUNGER_CALLER);
	if (r)
		return error_set(error, r, "options or observer without size");
	r = check_options(&monitor->options, error);
	if (r)
		return r;
	r = records_new(&monitor->options, &callers, &monitor->records);
	if (r)
		return error_set(error, r, "out of memory");
	monitor->observer = *records_observer(monitor->records);
	return 0;
}

static int open_proc_root(struct denet_monitor *monitor, struct denet_error *error)
{
	const char *root = monitor->options.proc_root;
	int fd;

	if (root) {
		monitor->proc_root = strdup(root);
		if (!monitor->proc_root)
			return error_set(error, -ENOMEM, "out of memory");
		monitor->options.proc_root = monitor->proc_root;
	}
	procfs_init(&monitor->procfs, monitor->proc_root);
	if (!root)
		return 0;
	/* Whoever names one wants it read. */
	fd = procfs_open(root, "stat");
	if (fd < 0)
		return error_set(error, fd, "'%s' is no /proc: %s", root, strerror(-fd));
	(void)close(fd);
	return 0;
}

/* What the root alone holds is its own. */
static enum shares_mode shares_mode(const struct denet_options *options)
{
	if (options->pss)
		return SHARES_ALWAYS;
	return options->no_pss || options->exclude_children ? SHARES_NEVER : SHARES_NEAR_PEAKS;
}

static int init_parts(struct denet_monitor *monitor, struct denet_error *error)
{
	const struct denet_options *options = &monitor->options;
	int r = open_proc_root(monitor, error);

	root_init(&monitor->root, &monitor->procfs);
	memory_init(&monitor->memory, &monitor->procfs, options->pss);
	shares_init(&monitor->shares, shares_mode(options));
	identity_init(&monitor->identity, &monitor->procfs, options->own_programs_only);
	return r;
}

bool monitor_has_own_thread(const struct denet_monitor *monitor)
{
	return monitor->own.is_watched && atomic_load(&monitor->control.is_threaded);
}

int monitor_new(const struct denet_options *options, const struct denet_observer *observer,
		struct denet_monitor **ret_monitor, struct denet_error *error)
{
	struct denet_monitor *monitor = calloc(1, sizeof(*monitor));
	int r;

	if (!monitor)
		return error_set(error, -ENOMEM, "out of memory");
	monitor->accounting = DENET_ACCOUNTING_NONE;
	root_init(&monitor->root, NULL);
	watch_init(&monitor->watch);
	around_init(&monitor->around);
	monitor->group = GROUP_NONE;
	sampler_init(&monitor->sampler);
	peaks_init(&monitor->peaks);
	r = control_init(&monitor->control);
	if (r)
		(void)error_set(error, r, "cannot watch: %s", strerror(-r));
	else
		r = take_request(monitor, options, observer, error);
	if (!r)
		r = init_parts(monitor, error);
	if (r) {
		denet_monitor_free(monitor);
		return r;
	}
	*ret_monitor = monitor;
	return 0;
}

void monitor_warn_of_group(struct denet_monitor *monitor)
{
	char *text = monitor->group.warning;

	if (text[0] && monitor->observer.on_warning)
		monitor->observer.on_warning(monitor->observer.context, text);
	text[0] = '\0';
}

static void close_parts(struct denet_monitor *monitor)
{
	source_close(monitor->source);
	monitor->source = NULL;
	tree_done(&monitor->tree);
	memory_done(&monitor->memory);
	shares_done(&monitor->shares);
	identity_done(&monitor->identity);
	sampler_done(&monitor->sampler);
	around_close(&monitor->around);
	group_done(&monitor->group);
	news_done(&monitor->news);
}

void monitor_close_measuring(struct denet_monitor *monitor)
{
	close_parts(monitor);
	/* Others may be about to use it. */
	control_lock(&monitor->control);
	root_close(&monitor->root);
	control_unlock(&monitor->control);
}

void denet_monitor_free(struct denet_monitor *monitor)
{
	if (!monitor)
		return;
	/* Waits for a thread that may be measuring. */
	control_done(&monitor->control);
	close_parts(monitor);
	watch_close(&monitor->watch);
	records_free(monitor->records);
	tally_done(&monitor->tally);
	summary_done(&monitor->summary);
	root_done(&monitor->root);
	facts_done(&monitor->facts);
	free(monitor->proc_root);
	free(monitor->cgroup);
	free(monitor);
}

int denet_monitor_fd(const struct denet_monitor *monitor)
{
	return monitor->watch.fd;
}

pid_t denet_monitor_pid(const struct denet_monitor *monitor)
{
	return monitor->root.pid;
}

bool denet_monitor_wants_rights(const struct denet_monitor *monitor)
{
	const struct source *source = monitor->source;

	return source && source->ops->wants_rights && source->ops->wants_rights(source);
}

bool denet_monitor_timed_out(const struct denet_monitor *monitor)
{
	return monitor->has_timed_out;
}

int denet_monitor_signal(struct denet_monitor *monitor, int signal)
{
	int r;

	control_lock(&monitor->control);
	r = root_signal(&monitor->root, signal);
	control_unlock(&monitor->control);
	return r;
}

bool denet_monitor_is_running(const struct denet_monitor *monitor)
{
	bool has_ended;

	control_lock(&monitor->control);
	has_ended = root_has_ended(&monitor->root);
	control_unlock(&monitor->control);
	return !has_ended;
}
