/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/targets.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/view.h"
#include "http/client.h"
#include "http/url.h"
#include "util/cleanup.h"
#include "util/log.h"

struct need {
	const char *key;
	bool (*has)(const struct settings_target *target);
	int (*open)(const struct settings_target *target, struct http_client *client,
		    struct outlet *ret_outlet);
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

static bool has_command(const struct settings_target *target)
{
	return target->command.count;
}

static bool has_url(const struct settings_target *target)
{
	return target->url.text;
}

/* Those without open() are opened together. */
static const struct need needs[] = {
	[TARGET_STDERR] = { "", has_nothing, outlet_open_stderr },
	[TARGET_JOURNAL] = { "", has_nothing, outlet_open_journal },
	[TARGET_WEBHOOK] = { "url", has_url, outlet_open_webhook },
	[TARGET_ALERTMANAGER] = { "url", has_url, outlet_open_alertmanager },
	[TARGET_EXEC] = { "command", has_command, NULL },
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

static void check_path(const struct settings_target *target, struct faults *faults)
{
	static const struct sockaddr_un address;

	if (target->type == TARGET_JOURNAL && target->path.text &&
	    strlen(target->path.text) >= sizeof(address.sun_path))
		faults_add(faults, target->path.place, "'path' is longer than a socket's: '%.60s'",
			   target->path.text);
}

static void check_url(const struct settings_target *target, struct faults *faults)
{
	const char *wrong = target->url.text ? url_check(target->url.text) : NULL;

	if (wrong)
		faults_add(faults, target->url.place, "'url' %s", wrong);
}

void targets_check(const struct alert_settings *settings, struct faults *faults)
{
	const struct settings_target *targets = settings->targets.items;

	for (size_t i = 0; i < settings->targets.count; i++) {
		if (!needs[targets[i].type].has(&targets[i]))
			faults_add(faults, targets[i].place, "'%s' is missing",
				   needs[targets[i].type].key);
		check_command(&targets[i], faults);
		check_path(&targets[i], faults);
		check_url(&targets[i], faults);
	}
	if (settings->targets.count > TARGETS_MAX)
		faults_add(faults, targets[TARGETS_MAX].place, "there are more than %d targets",
			   TARGETS_MAX);
}

static int wait_for(struct targets *targets, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int r = 0;

	if (targets->epoll_fd < 0)
		targets->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (targets->epoll_fd < 0 || epoll_ctl(targets->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		r = log_error(-errno, "cannot wait for who is told of alerts");
	return r;
}

static int take(struct targets *targets, int r)
{
	const struct outlet *outlet = &targets->items[targets->count];

	if (r)
		return r;
	targets->count++;
	return outlet->ops->fd ? wait_for(targets, outlet->ops->fd(outlet->self)) : 0;
}

static int open_client(struct targets *targets)
{
	int r = http_client_new(&targets->client);

	if (r)
		return log_error(r, "cannot send alerts");
	return wait_for(targets, http_client_fd(targets->client));
}

static int open_one(struct targets *targets, const struct settings_target *target)
{
	const struct need *need = &needs[target->type];
	int r = 0;

	if (!need->open)
		return 0;
	if (need->has == has_url && !targets->client)
		r = open_client(targets);
	if (r)
		return r;
	return take(targets, need->open(target, targets->client, &targets->items[targets->count]));
}

static bool has_type(const struct alert_settings *settings, enum settings_type type)
{
	const struct settings_target *items = settings->targets.items;

	for (size_t i = 0; i < settings->targets.count; i++)
		if (items[i].type == type)
			return true;
	return false;
}

/* The last that may fail, so that the others are left as they were. */
static int take_commands(struct targets *targets, const struct alert_settings *settings,
			 struct targets *others)
{
	int r;

	if (!others->has_commands || !outlet_keeps_commands(&others->items[0], settings)) {
		(void)log_error(0, "other commands for alerts take a restart");
		return -EINVAL;
	}
	targets->items[targets->count] = others->items[0];
	r = take(targets, 0);
	if (r) {
		targets->count--;
		return r;
	}
	outlet_take_commands(&others->items[0], settings);
	others->items[0] = others->items[--others->count];
	others->has_commands = false;
	return 0;
}

static int open_commands(struct targets *targets, const struct alert_settings *settings,
			 struct targets *others)
{
	struct outlet *outlet = &targets->items[targets->count];
	struct outlet first;
	int r;

	if (!has_type(settings, TARGET_EXEC))
		return 0;
	r = others ? take_commands(targets, settings, others)
		   : take(targets, outlet_open_commands(settings, outlet));
	if (r)
		return r;
	first = targets->items[0];
	targets->items[0] = *outlet;
	*outlet = first;
	targets->has_commands = true;
	return 0;
}

int targets_open(struct targets *targets, const struct alert_settings *settings,
		 struct targets *others)
{
	static const struct settings_target usual = { .type = TARGET_STDERR };
	const struct settings_target *items = settings->targets.items;
	int r = 0;

	if (!settings->targets.count)
		return open_one(targets, &usual);
	for (size_t i = 0; i < settings->targets.count && !r; i++)
		r = open_one(targets, &items[i]);
	return r ? r : open_commands(targets, settings, others);
}

void targets_close(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		targets->items[i].ops->close(targets->items[i].self);
	http_client_free(targets->client);
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
	uint64_t first_ns = targets->client ? http_client_due_ns(targets->client) : OBSERVER_NEVER;

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
	if (targets->client)
		http_client_run(targets->client);
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
