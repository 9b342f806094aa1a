/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "metrics/host_records.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/parse.h"
#include "util/units.h"

#define WATCHDOG_MAX_US (UINT64_C(365) * 24 * 3600 * 1000000)

struct notify {
	uint64_t every_ns; /* 0: nobody watches */
	uint64_t next_ns;
	bool is_ready;
};

/* A name that begins with '@' is one of the abstract namespace. */
static int make_address(const char *name, struct sockaddr_un *ret_address, socklen_t *ret_len)
{
	size_t len = strlen(name);

	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof(ret_address->sun_path))
		return -EINVAL;
	memcpy(ret_address->sun_path, name, len);
	if (*name == '@')
		ret_address->sun_path[0] = '\0';
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return 0;
}

/* A manager that does not listen is no reason for anything. */
static void say(const char *text)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t len;
	AUTO_FD int fd = -1;

	if (!name || make_address(name, &address, &len))
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&address,
			     len);
}

void notify_reloading(void)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		       (uint64_t)(clock_mono_ns() / NS_PER_US));
	say(text);
}

void notify_ready(void)
{
	say("READY=1");
}

void notify_stopping(void)
{
	say("STOPPING=1\nSTATUS=Sending what waits");
}

static void take(void *self, const struct view *view)
{
	struct notify *notify = self;
	const struct host_machine *machine = view->rows[0].figures;
	char text[128];

	(void)snprintf(text, sizeof(text), "%sSTATUS=Watching %" PRIu64 " groups of processes",
		       notify->is_ready ? "" : "READY=1\n", machine->groups);
	notify->is_ready = true;
	say(text);
}

static uint64_t due_ns(const void *self)
{
	const struct notify *notify = self;

	return notify->every_ns ? notify->next_ns : OBSERVER_NEVER;
}

static void run(void *self)
{
	struct notify *notify = self;
	uint64_t now_ns = clock_mono_ns();

	if (!notify->every_ns || now_ns < notify->next_ns)
		return;
	say("WATCHDOG=1");
	notify->next_ns = now_ns + notify->every_ns;
}

static const struct observer_ops ops = {
	.take = take,
	.due_ns = due_ns,
	.run = run,
	.close = free,
};

/* Of another process it is none of ours. */
static uint64_t watchdog_ns(void)
{
	const char *pid = getenv("WATCHDOG_PID");
	const char *text = getenv("WATCHDOG_USEC");
	uint64_t us, wanted;

	if (!text || parse_u64(text, 1, WATCHDOG_MAX_US, &us))
		return 0;
	if (pid && (parse_u64(pid, 1, INT32_MAX, &wanted) || wanted != (uint64_t)getpid()))
		return 0;
	return us * NS_PER_US / 2;
}

int notify_open(const struct agent_options *options, struct observer *ret_observer)
{
	struct notify *notify;

	(void)options;
	if (!getenv("NOTIFY_SOCKET"))
		return 0;
	notify = calloc(1, sizeof(*notify));
	if (!notify)
		return log_error(-ENOMEM, "cannot tell the service manager");
	notify->every_ns = watchdog_ns();
	notify->next_ns = clock_mono_ns();
	*ret_observer = (struct observer){ &ops, notify };
	return 0;
}
