/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/spaces.h"

#include "host/cgroups.h"
#include "host/folders.h"
#include "util/clock.h"
#include "util/units.h"

#define EVERY_NS (15 * NS_PER_S) /* a namespace is not looked at again before */
#define REST_TIMES 500 /* as long as all took that were looked at: 0.2 % of one CPU */
#define REST_NS NS_PER_S /* after so many that such a rest is due, the others wait */

void spaces_done(struct spaces *spaces)
{
	connections_free(spaces->own);
	idmap_done(&spaces->holders);
	*spaces = (struct spaces){ 0 };
}

/* Of another namespace than ours, and by a process that could be asked. */
static bool has_space(const struct cgroup *group)
{
	return group->net_fd >= 0 && group->net_inode;
}

static void forget(struct cgroup *group)
{
	connections_free(group->connections);
	group->connections = NULL;
}

static int find_holders(struct spaces *spaces, const struct cgroups *groups)
{
	int r = 0;

	idmap_clear(&spaces->holders);
	for (size_t i = 0; i < cgroups_count(groups) && !r; i++) {
		struct cgroup *group = cgroups_edit(groups, i);

		if (has_space(group) && !idmap_get(&spaces->holders, group->net_inode))
			r = idmap_put(&spaces->holders, group->net_inode, group);
		else
			forget(group);
	}
	return r;
}

static bool is_due(const struct connections *known, uint64_t mono_ns)
{
	return !known || mono_ns - known->mono_ns >= EVERY_NS;
}

/* What cannot be read leaves what is known. */
static int count(struct connections **known, const struct procfs *procfs, pid_t pid,
		 uint64_t mono_ns, uint64_t ts_ms)
{
	struct connections *connections;
	struct sockets sockets;
	int r;

	if (sockets_read(procfs, pid, &sockets))
		return 0;
	r = connections_new(&sockets, mono_ns, ts_ms, &connections);
	if (r)
		return r;
	connections_free(*known);
	*known = connections;
	return 0;
}

static int count_group(const struct spaces *spaces, struct cgroup *group,
		       const struct procfs *procfs, uint64_t mono_ns, uint64_t ts_ms)
{
	pid_t pid;

	if (!has_space(group) || idmap_get(&spaces->holders, group->net_inode) != group ||
	    !is_due(group->connections, mono_ns))
		return 0;
	pid = folders_member(group);
	return pid ? count(&group->connections, procfs, pid, mono_ns, ts_ms) : 0;
}

/* Those of groups, and ours behind them. */
static int count_at(struct spaces *spaces, size_t index, const struct procfs *procfs,
		    const struct cgroups *groups, uint64_t mono_ns, uint64_t ts_ms)
{
	if (index < cgroups_count(groups))
		return count_group(spaces, cgroups_edit(groups, index), procfs, mono_ns, ts_ms);
	return is_due(spaces->own, mono_ns) ? count(&spaces->own, procfs, 0, mono_ns, ts_ms) : 0;
}

static int count_due(struct spaces *spaces, const struct procfs *procfs,
		     const struct cgroups *groups, uint64_t mono_ns, uint64_t ts_ms, bool is_all)
{
	uint64_t since_ns = clock_mono_ns(), rest_ns = 0;
	size_t size = cgroups_count(groups) + 1, first = spaces->next % size;
	int r = 0;

	for (size_t i = 0; i < size && !r && (is_all || rest_ns < REST_NS); i++) {
		spaces->next = first + i + 1;
		r = count_at(spaces, (first + i) % size, procfs, groups, mono_ns, ts_ms);
		rest_ns = (clock_mono_ns() - since_ns) * REST_TIMES;
	}
	spaces->rest_mono_ns = mono_ns + rest_ns;
	return r;
}

/* Names are those of today: a runtime may have told of them since. */
static void name_all(const struct cgroups *groups)
{
	for (size_t i = 0; i < cgroups_count(groups); i++) {
		const struct cgroup *group = cgroups_get(groups, i);

		if (group->connections)
			connections_name(group->connections, group->figures.name, group->path);
	}
}

int spaces_take(struct spaces *spaces, const struct procfs *procfs, const struct cgroups *groups,
		uint64_t mono_ns, uint64_t ts_ms, bool is_all)
{
	int r = 0;

	if (is_all || mono_ns >= spaces->rest_mono_ns) {
		r = find_holders(spaces, groups);
		if (!r)
			r = count_due(spaces, procfs, groups, mono_ns, ts_ms, is_all);
	}
	name_all(groups);
	return r;
}
