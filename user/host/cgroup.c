/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/cgroup.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "denet/system.h"
#include "host/connections.h"
#include "util/cleanup.h"

static const struct host_group nothing = {
	.started_ms = DENET_UNKNOWN,
	.ended_ms = DENET_UNKNOWN,
	.cpu_time_ns = DENET_UNKNOWN,
	.cpu_user_ns = DENET_UNKNOWN,
	.cpu_system_ns = DENET_UNKNOWN,
	.throttled_ns = DENET_UNKNOWN,
	.throttled_periods = DENET_UNKNOWN,
	.memory_bytes = DENET_UNKNOWN,
	.memory_peak_bytes = DENET_UNKNOWN,
	.memory_working_set_bytes = DENET_UNKNOWN,
	.memory_anon_bytes = DENET_UNKNOWN,
	.memory_file_bytes = DENET_UNKNOWN,
	.memory_shmem_bytes = DENET_UNKNOWN,
	.memory_swap_bytes = DENET_UNKNOWN,
	.memory_limit_bytes = DENET_UNKNOWN,
	.oom_kills = DENET_UNKNOWN,
	.disk_read_bytes = DENET_UNKNOWN,
	.disk_write_bytes = DENET_UNKNOWN,
	.disk_read_count = DENET_UNKNOWN,
	.disk_write_count = DENET_UNKNOWN,
	.pids = DENET_UNKNOWN,
	.pids_limit = DENET_UNKNOWN,
	.cpu_stall_ns = DENET_UNKNOWN,
	.memory_stall_ns = DENET_UNKNOWN,
	.memory_full_stall_ns = DENET_UNKNOWN,
	.io_stall_ns = DENET_UNKNOWN,
	.io_full_stall_ns = DENET_UNKNOWN,
	.net_recv_bytes = DENET_UNKNOWN,
	.net_sent_bytes = DENET_UNKNOWN,
	.run_delay_ns = DENET_UNKNOWN,
	.page_faults_cached = DENET_UNKNOWN,
	.page_faults_disk = DENET_UNKNOWN,
	.processes_living = DENET_UNKNOWN,
	.processes_ended = DENET_UNKNOWN,
	.processes_failed = DENET_UNKNOWN,
	.processes_killed = DENET_UNKNOWN,
	.processes_started = DENET_UNKNOWN,
	.cpu_usage = NAN,
	.throttled = NAN,
	.disk_read_bytes_per_sec = NAN,
	.disk_write_bytes_per_sec = NAN,
	.cpu_pressure = NAN,
	.memory_pressure = NAN,
	.io_pressure = NAN,
};

/* "/kubepods/podUID/ID" is in that pod, whatever lies between. */
static void look_around(struct cgroup *group, size_t len)
{
	struct name around;
	size_t outer_len = len;

	while (outer_len && group->path[outer_len - 1] != '/')
		outer_len--;
	outer_len -= outer_len ? 1 : 0;
	if (!name_find(group->path, outer_len, &around, &outer_len))
		return;
	group->outer = around;
	group->has_outer = true;
	group->is_pod_around = around.type == NAME_POD;
}

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

/* A name that its user gave, or pod and container, goes before an id. */
static void tell_label(struct cgroup *group)
{
	const struct label *label = group->label;
	struct host_group *figures = &group->figures;

	if (!label)
		return;
	if (label->pod[0] && label->container[0])
		(void)snprintf(group->full_name, sizeof(group->full_name), "%s/%s", label->pod,
			       label->container);
	else
		(void)snprintf(group->full_name, sizeof(group->full_name), "%s", label->name);
	if (group->full_name[0])
		figures->name = group->full_name;
	figures->image = text_or_null(label->image);
	figures->pod_name = text_or_null(label->pod);
	figures->pod_namespace = text_or_null(label->pod_namespace);
	figures->container = text_or_null(label->container);
	figures->project = text_or_null(label->project);
	figures->service = text_or_null(label->service);
}

static void tell_name(struct cgroup *group)
{
	struct host_group *figures = &group->figures;

	group->class_of = NULL;
	if (group->name.type == NAME_CGROUP && group->label && group->label->runtime[0]) {
		group->name.type = NAME_CONTAINER;
		group->name.runtime = group->label->runtime;
	}
	figures->type = name_type_word(group->name.type);
	figures->name = group->name.text[0] ? group->name.text : group->path;
	figures->runtime = group->name.runtime;
	figures->id = group->name.id[0] ? group->name.id : NULL;
	figures->cgroup = group->path;
	tell_label(group);
	figures->parent = group->has_outer ? group->outer.text : NULL;
	figures->pod = group->is_pod_around ? group->outer.id : NULL;
}

int cgroup_new(enum mount found_in, uint64_t id, const char *path, const char *folder,
	       struct cgroup **ret_group)
{
	AUTO(cgroup) struct cgroup *group = calloc(1, sizeof(*group));

	if (!group)
		return -ENOMEM;
	for (size_t i = 0; i < CGROUP_FILES_MAX; i++)
		group->fds[i] = CGROUP_FILE_NOT_OPEN;
	group->net_fd = -1;
	group->found_in = found_in;
	group->id = id;
	group->figures = group->rated = nothing;
	group->rated_cpu_ns = DENET_UNKNOWN;
	if (cgroup_rename(group, path) || cgroup_add_folder(group, found_in, folder))
		return -ENOMEM;

	*ret_group = TAKE(group);
	return 0;
}

int cgroup_rename(struct cgroup *group, const char *path)
{
	char *copy = strdup(path);
	size_t len = strlen(path);

	if (!copy)
		return -ENOMEM;
	free(group->path);
	group->path = copy;
	group->name = (struct name){ 0 };
	group->has_outer = group->is_pod_around = false;
	(void)name_of_cgroup(path, len, &group->name);
	look_around(group, len);
	tell_name(group);
	return 0;
}

int cgroup_set_label(struct cgroup *group, const struct label *label)
{
	if (!group->label)
		group->label = malloc(sizeof(*label));
	if (!group->label)
		return -ENOMEM;
	*group->label = *label;
	tell_name(group);
	return 0;
}

void cgroup_close_files(struct cgroup *group)
{
	cleanup_fd(&group->net_fd);
	group->net_fd = -1;
	for (size_t i = 0; i < CGROUP_FILES_MAX; i++) {
		cleanup_fd(&group->fds[i]);
		group->fds[i] = CGROUP_FILE_NOT_THERE;
	}
}

void cgroup_free(struct cgroup *group)
{
	if (!group)
		return;
	cgroup_close_files(group);
	for (size_t i = 0; i < MOUNT_COUNT; i++)
		free(group->folders[i]);
	connections_free(group->connections);
	free(group->label);
	free(group->path);
	free(group);
}

int cgroup_add_folder(struct cgroup *group, enum mount mount, const char *folder)
{
	char *copy = strdup(folder);

	if (!copy)
		return -ENOMEM;
	free(group->folders[mount]);
	group->folders[mount] = copy;
	group->inodes[mount] = 0;
	/* What stands in it is not known yet, also of one that rests. */
	group->cheap_mono_ns = 0;
	return 0;
}
