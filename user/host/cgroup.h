/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One cgroup that is watched: its folders in each hierarchy, its counters, its rates. */
#ifndef DENET_HOST_CGROUP_H
#define DENET_HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/ends.h"
#include "host/label.h"
#include "host/mounts.h"
#include "host/name.h"
#include "metrics/host_records.h"
#include "procfs/process.h"

#define CGROUPS_MAX 5000 /* that are watched */
#define CGROUP_NAME_BYTES (2 * NAME_BYTES) /* pod and container */
#define CGROUP_TRIES_MAX 8 /* for a label, at each look: a file may not be written yet */
#define CGROUP_FILES_MAX 32
#define CGROUP_FILE_NOT_OPEN (-1)
#define CGROUP_FILE_NOT_THERE (-2)

struct connections;

/* What of its counters stands in those of its class. */
struct cgroup_added {
	uint64_t cpu_time_ns;
	uint64_t throttled_ns;
	uint64_t oom_kills;
	uint64_t disk_read_bytes;
	uint64_t disk_write_bytes;
	bool is_started;
};

struct cgroup {
	struct name name;
	struct name outer; /* of the one around it, with has_outer */
	bool has_outer;
	bool is_pod_around; /* which is a pod */
	struct label *label; /* owned; NULL until it is known */
	char full_name[CGROUP_NAME_BYTES]; /* by the label */
	uint64_t asked_mono_ns; /* for it; 0: never */
	unsigned int tries; /* that found nothing */
	struct cgroup_added added;
	struct host_class *class_of; /* borrowed; NULL until it is decided, by its name and label */
	uint64_t tasks_cpu_ns; /* of its processes since the agent's start, as the next two */
	uint64_t tasks_read_bytes;
	uint64_t tasks_write_bytes;
	struct host_command
		gone; /* what the processes did of groups within it that were told and are gone */
	struct ends ends; /* of its processes; the texts of the figures lie in it */
	struct ends gone_ends; /* of those */
	char oom_victim[PROCESS_COMM_LEN]; /* the figure's text */
	bool is_counted; /* its processes were, which those are that lived at the agent's start: */
	uint64_t lived_before;
	uint64_t started; /* never falls */
	bool has_task_bytes; /* its figures of devices are these: it counts none itself */
	struct cgroup
		*around; /* borrowed: the group that it is in, which lives longer; NULL for none */
	char *path; /* owned: as /proc/PID/cgroup has it where it was found */
	enum mount found_in;
	uint64_t id; /* there */
	char *folders[MOUNT_COUNT]; /* owned; NULL where it has none of its own */
	uint64_t inodes
		[MOUNT_COUNT]; /* of these, but for the one it was found in; 0: not looked up */
	bool is_complete; /* a member told of all of them */
	int net_fd; /* owned, or -1: see network.h */
	int fds[CGROUP_FILES_MAX]; /* owned, or one of the above */
	struct host_group figures; /* its texts lie in this struct */
	uint64_t read_mono_ns; /* 0: never */
	uint64_t cheap_mono_ns; /* when memory and pids were; 0: never */
	uint64_t slow_mono_ns; /* when what is dear was read */
	bool is_moving; /* it has used something since the dear reading before */
	uint64_t net_inode; /* what the namespace that it is in is known by, with net_fd */
	struct connections *connections; /* owned: of that, where it is the first in it; or NULL */
	unsigned int net_tries; /* that found it in our own network */
	struct host_group rated; /* the figures then, which those rates are of that it has */
	uint64_t rated_cpu_ns; /* when the others were read */
	uint64_t born_mono_ns; /* with the next */
	uint64_t complete_mono_ns; /* it is new: when its folders are looked for again; 0: never */
	bool is_watched; /* only its folder's end will be heard of */
	uint64_t settle_mono_ns; /* it is empty: when its last figures are read again; 0: never */
	uint64_t seen_pass;
	bool has_last_peak; /* its figure of memory is that of its end, whatever could be read then */
	bool is_gone; /* its folder went: the figures are its last */
	bool has_ended; /* it is no longer looked at */
	bool is_told; /* and a look has come since */
};

/* The folder is that of the hierarchy that it was found in. */
int cgroup_new(enum mount found_in, uint64_t id, const char *path, const char *folder,
	       struct cgroup **ret_group);

/* Accepts NULL. */
void cgroup_free(struct cgroup *group);
static inline void cgroup_freep(struct cgroup **group)
{
	cgroup_free(*group);
}

/* They are not read again. */
void cgroup_close_files(struct cgroup *group);

/* Takes the copy of a folder in another hierarchy; -ENOMEM. */
int cgroup_add_folder(struct cgroup *group, enum mount mount, const char *folder);

/* What its runtime calls it; -ENOMEM. */
int cgroup_set_label(struct cgroup *group, const struct label *label);

/* It is called so from now on; -ENOMEM. */
int cgroup_rename(struct cgroup *group, const char *path);

#endif
