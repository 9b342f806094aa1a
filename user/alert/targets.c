/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/targets.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/view.h"
#include "util/cleanup.h"
#include "util/log.h"

struct need {
	const char *key;
	bool (*has)(const struct settings_target *target);
	int (*open)(const struct settings_target *target, struct outlet *ret_outlet);
};

static bool has_nothing(const struct settings_target *target)
{
	(void)target;
	return true;
}

static bool has_path(const struct settings_target *target)
{
	return target->path.text;
}

static const struct need needs[] = {
	[TARGET_STDERR] = { "", has_nothing, outlet_open_stderr },
	[TARGET_FILE] = { "path", has_path, outlet_open_file },
};

/* Nobody looks for a program by its name alone. */
static void check_command(const struct settings_target *target, struct faults *faults)
{
	const struct config_word *words = target->command.items;

	if (target->command.count && words[0].text && words[0].text[0] != '/')
		faults_add(faults, words[0].place,
			   "'command' wants the whole path of a program, not '%.60s'",
			   words[0].text);
}

void targets_check(const struct alert_settings *settings, struct faults *faults)
{
	const struct settings_target *targets = settings->targets.items;

	for (size_t i = 0; i < settings->targets.count; i++) {
		if (!needs[targets[i].type].has(&targets[i]))
			faults_add(faults, targets[i].place, "'%s' is missing",
				   needs[targets[i].type].key);
		check_command(&targets[i], faults);
	}
	if (settings->targets.count > TARGETS_MAX)
		faults_add(faults, targets[TARGETS_MAX].place, "there are more than %d targets",
			   TARGETS_MAX);
}

static int wait_for(struct targets *targets, const struct outlet *outlet)
{
	struct epoll_event event = { .events = EPOLLIN };
	int r = 0;

	if (targets->epoll_fd < 0)
		targets->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (targets->epoll_fd < 0 ||
	    epoll_ctl(targets->epoll_fd, EPOLL_CTL_ADD, outlet->ops->fd(outlet->self), &event))
		r = log_error(-errno, "cannot wait for who is told of alerts");
	return r;
}

static int open_one(struct targets *targets, const struct settings_target *target)
{
	struct outlet *outlet = &targets->items[targets->count];
	int r = needs[target->type].open(target, outlet);

	if (r)
		return r;
	targets->count++;
	return outlet->ops->fd ? wait_for(targets, outlet) : 0;
}

int targets_open(struct targets *targets, const struct alert_settings *settings)
{
	static const struct settings_target usual = { .type = TARGET_STDERR };
	const struct settings_target *items = settings->targets.items;
	int r = 0;

	if (!settings->targets.count)
		return open_one(targets, &usual);
	for (size_t i = 0; i < settings->targets.count && !r; i++)
		r = open_one(targets, &items[i]);
	return r;
}

void targets_close(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		targets->items[i].ops->close(targets->items[i].self);
	cleanup_fd(&targets->epoll_fd);
	*targets = (struct targets){ .epoll_fd = -1 };
}

void targets_tell(struct targets *targets, const struct alert *alert, uint64_t ts_ms)
{
	for (size_t i = 0; i < targets->count; i++)
		targets->items[i].ops->tell(targets->items[i].self, alert, ts_ms);
}

void targets_look(struct targets *targets, const struct evaluator *evaluator, uint64_t ts_ms)
{
	for (size_t i = 0; i < targets->count; i++)
		if (targets->items[i].ops->look)
			targets->items[i].ops->look(targets->items[i].self, evaluator, ts_ms);
}

uint64_t targets_due_ns(const struct targets *targets)
{
	uint64_t first_ns = OBSERVER_NEVER;

	for (size_t i = 0; i < targets->count; i++) {
		const struct outlet *outlet = &targets->items[i];
		uint64_t due_ns =
			outlet->ops->due_ns ? outlet->ops->due_ns(outlet->self) : OBSERVER_NEVER;

		first_ns = due_ns < first_ns ? due_ns : first_ns;
	}
	return first_ns;
}

void targets_run(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		if (targets->items[i].ops->run)
			targets->items[i].ops->run(targets->items[i].self);
}

bool targets_are_done(const struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		const struct outlet *outlet = &targets->items[i];

		if (outlet->ops->is_done && !outlet->ops->is_done(outlet->self))
			return false;
	}
	return true;
}
