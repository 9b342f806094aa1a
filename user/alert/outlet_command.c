/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Programs with an alert on their stdin, one after the other. */
#include "alert/outlet.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "alert/commands.h"
#include "util/cleanup.h"
#include "util/log.h"

#define WAITING_MAX 64

struct waiting {
	struct buf input; /* owned */
	size_t command;
};

struct commands {
	const struct alert_settings *settings; /* borrowed */
	int fd; /* owned; -1 once the process is gone */
	pid_t pid;
	struct waiting waiting[WAITING_MAX]; /* a ring; the first may be under way */
	size_t first;
	size_t count;
	bool is_under_way;
	uint32_t failing; /* a bit for each command: which was told, as the next */
	bool is_losing;
};

static const char *path_of(const struct commands *commands, size_t index)
{
	const struct settings_target *target = commands_get(commands->settings, index);
	const struct config_word *words = target->command.items;

	return words[0].text;
}

static void drop_first(struct commands *commands)
{
	buf_done(&commands->waiting[commands->first].input);
	commands->first = (commands->first + 1) % WAITING_MAX;
	commands->count--;
	commands->is_under_way = false;
}

static void give_up(struct commands *commands)
{
	log_warning("the process that runs the commands of alerts is gone");
	cleanup_fd(&commands->fd);
	commands->fd = -1;
	while (commands->count)
		drop_first(commands);
}

static void begin_next(struct commands *commands)
{
	const struct waiting *waiting = &commands->waiting[commands->first];
	struct commands_order order = { .command = (uint32_t)waiting->command };
	struct iovec parts[] = { { &order, sizeof(order) },
				 { waiting->input.data, waiting->input.len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	if (!commands->count || commands->is_under_way)
		return;
	commands->is_under_way = true;
	if (sendmsg(commands->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		give_up(commands);
}

static bool has_room(struct commands *commands)
{
	bool has = commands->count < WAITING_MAX && commands->fd >= 0;

	if (!has && !commands->is_losing)
		log_warning("more alerts than commands are run for: some are left out");
	commands->is_losing = !has;
	return has;
}

static void add(struct commands *commands, size_t command, const struct alert *alert,
		uint64_t ts_ms)
{
	struct waiting *waiting =
		&commands->waiting[(commands->first + commands->count) % WAITING_MAX];

	if (!has_room(commands))
		return;
	*waiting = (struct waiting){ .command = command };
	alert_append(&waiting->input, alert, ts_ms);
	buf_append_char(&waiting->input, '\n');
	if (waiting->input.error || waiting->input.len > COMMANDS_INPUT_BYTES) {
		buf_done(&waiting->input);
		log_warning("an alert is too long for a command: it is left out");
		return;
	}
	commands->count++;
}

static void tell(void *self, const struct alert *alert, uint64_t ts_ms)
{
	struct commands *commands = self;

	for (size_t i = 0; commands_get(commands->settings, i); i++)
		add(commands, i, alert, ts_ms);
	begin_next(commands);
}

static void tell_end(struct commands *commands, const struct commands_end *end)
{
	const char *path = path_of(commands, end->command);
	uint32_t bit = 1u << end->command;
	bool has_failed = end->error || end->status;

	if (has_failed && !(commands->failing & bit)) {
		if (end->error == -ETIME)
			log_warning("alert's command '%s' took too long, and was killed", path);
		else if (end->error)
			log_warning("alert's command '%s' cannot be run: %s%s", path,
				    strerror(-end->error),
				    end->error == -EPERM ? " (one that came by a hangup takes a "
							   "restart)"
							 : "");
		else if (WIFSIGNALED(end->status))
			log_warning("alert's command '%s' was ended by signal %d", path,
				    WTERMSIG(end->status));
		else
			log_warning("alert's command '%s' ended with %d", path,
				    WEXITSTATUS(end->status));
	}
	commands->failing = has_failed ? commands->failing | bit : commands->failing & ~bit;
}

static void run(void *self)
{
	struct commands *commands = self;
	struct commands_end end;
	ssize_t len;

	if (commands->fd < 0)
		return;
	len = recv(commands->fd, &end, sizeof(end), MSG_DONTWAIT);
	if (len < 0)
		return;
	if (len != (ssize_t)sizeof(end) || !commands->is_under_way ||
	    end.command != commands->waiting[commands->first].command) {
		give_up(commands);
		return;
	}
	tell_end(commands, &end);
	drop_first(commands);
	begin_next(commands);
}

static int fd_of(const void *self)
{
	return ((const struct commands *)self)->fd;
}

static bool is_done(const void *self)
{
	return !((const struct commands *)self)->count;
}

/* At the end of the socket the process kills what it still runs, and ends. */
static void close_commands(void *self)
{
	struct commands *commands = self;

	cleanup_fd(&commands->fd);
	(void)waitpid(commands->pid, NULL, 0);
	while (commands->count)
		drop_first(commands);
	free(commands);
}

static bool are_same(const struct settings_target *target, const struct settings_target *other)
{
	const struct config_word *words = target->command.items, *others = other->command.items;

	if (target->command.count != other->command.count ||
	    target->timeout_ns != other->timeout_ns)
		return false;
	for (size_t i = 0; i < target->command.count; i++)
		if (strcmp(words[i].text, others[i].text) != 0)
			return false;
	return true;
}

static bool has_all(const struct alert_settings *settings, const struct alert_settings *others)
{
	for (size_t i = 0; commands_get(settings, i); i++)
		if (!commands_get(others, i) ||
		    !are_same(commands_get(settings, i), commands_get(others, i)))
			return false;
	return true;
}

bool outlet_keeps_commands(const struct outlet *outlet, const struct alert_settings *settings)
{
	const struct commands *commands = outlet->self;

	return has_all(settings, commands->settings) && has_all(commands->settings, settings);
}

void outlet_take_commands(struct outlet *outlet, const struct alert_settings *settings)
{
	((struct commands *)outlet->self)->settings = settings;
}

int outlet_open_commands(const struct alert_settings *settings, struct outlet *ret_outlet)
{
	static const struct outlet_ops ops = {
		.tell = tell, .fd = fd_of, .run = run, .is_done = is_done, .close = close_commands
	};
	struct commands *commands = calloc(1, sizeof(*commands));
	int fds[2];

	if (!commands)
		return log_error(-ENOMEM, "cannot run commands");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds)) {
		free(commands);
		return log_error(-errno, "cannot run commands");
	}
	*commands = (struct commands){ .settings = settings, .fd = fds[0] };
	commands->pid = fork();
	if (commands->pid == 0) {
		(void)close(fds[0]);
		commands_serve(fds[1], settings);
	}
	(void)close(fds[1]);
	if (commands->pid < 0) {
		close_commands(commands);
		return log_error(-EAGAIN, "cannot run commands");
	}
	*ret_outlet = (struct outlet){ &ops, commands };
	return 0;
}
