/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/alerting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "alert/evaluator.h"
#include "alert/outlet.h"
#include "alert/targets.h"
#include "util/cleanup.h"
#include "util/log.h"

struct alerting {
	struct ruleset rules; /* owned, as all below */
	struct evaluator *evaluator;
	struct targets targets;
	struct utsname machine;
	uint64_t ts_ms; /* of the last look */
	bool has_warned; /* of what is left out */
};

int alerting_check(const struct alert_settings *settings, struct faults *faults)
{
	AUTO(ruleset) struct ruleset rules = { 0 };
	int r = ruleset_make(settings, faults, &rules);

	targets_check(settings, faults);
	return r ? r : faults_result(faults);
}

static void on_told(void *context, const struct alert *alert)
{
	struct alerting *alerting = context;

	targets_tell(&alerting->targets, alert, alerting->ts_ms);
}

static void take(void *self, const struct view *view)
{
	struct alerting *alerting = self;
	size_t omitted;

	alerting->ts_ms = view->ts_ms;
	evaluator_take(alerting->evaluator, view);
	omitted = evaluator_omitted(alerting->evaluator);
	if (omitted && !alerting->has_warned)
		log_warning("more alerts than there is room for: %zu are left out", omitted);
	alerting->has_warned = omitted;
	targets_look(&alerting->targets, alerting->evaluator, view->ts_ms);
}

static int fd_of(const void *self)
{
	return ((const struct alerting *)self)->targets.epoll_fd;
}

static uint64_t due_ns(const void *self)
{
	return targets_due_ns(&((const struct alerting *)self)->targets);
}

static void run(void *self)
{
	targets_run(&((struct alerting *)self)->targets);
}

static bool is_done(void *self)
{
	return targets_are_done(&((struct alerting *)self)->targets);
}

static void close_alerting(void *self)
{
	struct alerting *alerting = self;

	targets_close(&alerting->targets);
	evaluator_free(alerting->evaluator);
	ruleset_done(&alerting->rules);
	free(alerting);
}

static int open_parts(struct alerting *alerting, const struct alert_settings *settings,
		      struct targets *others)
{
	AUTO(faults) struct faults faults = { 0 };
	int r = ruleset_make(settings, &faults, &alerting->rules);

	/* The file may have changed since it was checked. */
	if (r)
		return log_error(faults.count ? 0 : r, "%s",
				 faults.count ? faults.items[0] : "cannot read the rules");
	(void)uname(&alerting->machine);
	r = evaluator_new(&alerting->rules, alerting->machine.nodename, on_told, alerting,
			  &alerting->evaluator);
	if (r)
		return log_error(r, "cannot look for alerts");
	return targets_open(&alerting->targets, settings, others);
}

static const struct observer_ops ops = {
	.take = take,
	.fd = fd_of,
	.due_ns = due_ns,
	.run = run,
	.is_done = is_done,
	.close = close_alerting,
};

static int open_after(const struct alert_settings *settings, struct targets *others,
		      struct observer *ret_observer)
{
	struct alerting *alerting;

	if (!settings->rules.count && !settings->rules_file.text)
		return 0;
	alerting = calloc(1, sizeof(*alerting));
	if (!alerting)
		return log_error(-ENOMEM, "cannot look for alerts");
	alerting->targets.epoll_fd = -1;
	if (open_parts(alerting, settings, others)) {
		close_alerting(alerting);
		return -EINVAL;
	}
	*ret_observer = (struct observer){ &ops, alerting };
	return 0;
}

int alerting_open(const struct alert_settings *settings, struct observer *ret_observer)
{
	return open_after(settings, NULL, ret_observer);
}

/* What no rule speaks of any more is over, and those who are told now hear it. */
static void hand_over(struct alerting *alerting, struct alerting *before)
{
	alerting->ts_ms = before->ts_ms;
	evaluator_adopt(alerting->evaluator, before->evaluator);
	evaluator_end(before->evaluator, on_told, alerting);
}

int alerting_reload(const struct alert_settings *settings, struct observer *observer)
{
	struct alerting *before = observer->self;
	struct observer fresh = { 0 };
	int r = open_after(settings, &before->targets, &fresh);

	if (r)
		return r;
	if (fresh.ops)
		hand_over(fresh.self, before);
	else
		evaluator_end(before->evaluator, on_told, before);
	close_alerting(before);
	*observer = fresh;
	return 0;
}

void alerting_append_json(struct buf *buf, const void *self)
{
	const struct alerting *alerting = self;
	size_t count = evaluator_count(alerting->evaluator);

	buf_append_char(buf, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_append_char(buf, ',');
		alert_append(buf, evaluator_get(alerting->evaluator, i), alerting->ts_ms);
	}
	buf_append_char(buf, ']');
}
