/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_system_*: the machine as a whole. */
#include <errno.h>

#include "denet/denet.h"
#include "util/sized.h"
#include "procfs/procfs.h"
#include "procfs/system.h"
#include "record/system.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"

static int read_system(struct denet_system *system)
{
	int r = system_read(procfs_host(), system);

	system->ts_ms = clock_wall_ms();
	system->mono_ns = clock_mono_ns();
	return r;
}

int denet_system_read(struct denet_system *ret_system)
{
	struct denet_system system = { .size = sizeof(system) };
	int r;

	if (ret_system->size < offsetof(struct denet_system, ts_ms))
		return -EINVAL;
	r = read_system(&system);
	if (r)
		system_done(&system);
	sized_give(ret_system, &system, sizeof(system));
	return r;
}

void denet_system_free(struct denet_system *system)
{
	if (system->size >= offsetof(struct denet_system, ts_ms))
		system_done(system);
}

int denet_system_json(char **ret_text)
{
	struct denet_system system = { .size = sizeof(system) };
	AUTO(buf) struct buf buf = { 0 };
	int r = read_system(&system);

	if (!r) {
		system_append_json(&system, &buf);
		r = buf.error;
	}
	system_done(&system);
	if (!r)
		*ret_text = TAKE(buf.data);
	return r;
}
