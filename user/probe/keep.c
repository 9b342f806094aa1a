/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A loaded set from one use to the next. */
#include "probe/messages.h"
#include "probe/probe.h"
#include "probe/probe_internal.h"
#include "probe/rest.h"

static void detach(void *object)
{
	struct probe *probe = object;

	probe->follows_this = false;
	probe_rest(probe);
}

static void free_kept(void *object)
{
	probe_free(object);
}

/* As if new. */
static int wake(struct probe *probe)
{
	int r;

	detach(probe);
	messages_begin();
	r = probe_wake(probe);
	messages_end();
	return r;
}

static int open_new(struct probe **ret_probe)
{
	const struct probe_options options = { 0 };
	struct source *source;
	int r = probe_open(&options, &source);

	if (r)
		return r;
	*ret_probe = probe_of(source);
	(*ret_probe)->is_reusable = true;
	return 0;
}

int probe_acquire(bool may_follow, struct probe **ret_probe)
{
	struct probe *probe = rest_take();

	if (probe && probe_serves(probe) && ((may_follow && probe->follows_this) || !wake(probe))) {
		*ret_probe = probe;
		return 0;
	}
	probe_free(probe);
	return open_new(ret_probe);
}

int probe_renew(struct probe **probe)
{
	if (*probe && !wake(*probe))
		return 0;
	probe_free(*probe);
	*probe = NULL;
	return open_new(probe);
}

void probe_put_to_rest(struct probe *probe)
{
	static const struct rest_care at_once = { .free = free_kept };
	static const struct rest_care later = { .detach = detach, .free = free_kept };

	if (probe->follows_this) {
		rest_put(probe, &later);
		return;
	}
	detach(probe);
	rest_put(probe, &at_once);
}
