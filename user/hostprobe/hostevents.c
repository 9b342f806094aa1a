/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "hostprobe/hostevents.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "events.skel.h"
#include "util/cleanup.h"

struct hostevents {
	struct events_skel *skeleton; /* owned */
	struct ring_buffer *ring; /* owned */
	hostevents_fn on_event;
	void *context; /* borrowed */
};

static int silence(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int hand_on(void *context, void *data, size_t size)
{
	const struct hostevents *events = context;
	const struct host_event *event = data;
	const struct host_event_path *told = data;

	return events->on_event(events->context, event, size >= sizeof(*told) ? told->path : NULL);
}

static int load(struct hostevents *events, bool by_v1)
{
	int r;

	events->skeleton = events_skel__open();
	if (!events->skeleton)
		return -errno;
	events->skeleton->rodata->cfg_by_v1 = by_v1;
	r = events_skel__load(events->skeleton);
	if (r)
		return r;
	events->ring =
		ring_buffer__new(bpf_map__fd(events->skeleton->maps.ring), hand_on, events, NULL);
	if (!events->ring)
		return -errno;
	return events_skel__attach(events->skeleton);
}

int hostevents_open(bool by_v1, hostevents_fn on_event, void *context,
		    struct hostevents **ret_events)
{
	__attribute__((cleanup(hostevents_closep))) struct hostevents *events =
		calloc(1, sizeof(*events));
	libbpf_print_fn_t before;
	int r;

	if (!events)
		return -ENOMEM;
	events->on_event = on_event;
	events->context = context;
	before = libbpf_set_print(silence);
	r = load(events, by_v1);
	(void)libbpf_set_print(before);
	if (r)
		return r;
	*ret_events = TAKE(events);
	return 0;
}

void hostevents_close(struct hostevents *events)
{
	if (!events)
		return;
	ring_buffer__free(events->ring);
	events_skel__destroy(events->skeleton);
	free(events);
}

int hostevents_fd(const struct hostevents *events)
{
	return ring_buffer__epoll_fd(events->ring);
}

int hostevents_take(struct hostevents *events)
{
	int r = ring_buffer__consume(events->ring);

	return r < 0 ? r : 0;
}

uint64_t hostevents_lost(const struct hostevents *events)
{
	const volatile uint64_t *lost =
		(const volatile uint64_t *)&events->skeleton->bss->events_lost;

	return *lost;
}
