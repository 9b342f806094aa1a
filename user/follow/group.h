/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A cgroup that counts for the command: one that was made for it below the caller's, or the caller's
 * own where nobody else is in it.
 */
#ifndef DENET_FOLLOW_GROUP_H
#define DENET_FOLLOW_GROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs;

enum group_part {
	GROUP_CPU, /* of v1, cpuacct */
	GROUP_MEMORY, /* of v1 */
	GROUP_V2,
	GROUP_PARTS,
};

struct group {
	char *made[GROUP_PARTS]; /* owned: folders of ours; NULL for what is not there */
	char *aside; /* owned: another below v2's, where the caller waits meanwhile; or NULL */
	pid_t maker; /* whose they are: a fork of it leaves them alone */
	char *counter; /* owned: the folder that counts CPU; NULL for none */
	bool is_counter_v2;
	bool is_shared; /* the counter is of the caller's group, with his own CPU in it */
	uint64_t cpu_before_ns;
	uint64_t cpu_ns; /* since then, as last read; DENET_UNKNOWN */
	uint64_t peak_kb; /* of memory, when it ended; DENET_UNKNOWN */
	char warning[PATH_MAX + 256]; /* what to tell; or empty */
};

#define GROUP_NONE ((struct group){ .cpu_ns = UINT64_MAX, .peak_kb = UINT64_MAX })

/*
 * Makes one and puts the process there, after removing those that monitors have left behind who are
 * no more. What cannot be had is in the warning.
 */
void group_make(struct group *group, const struct procfs *procfs, pid_t pid);

/*
 * Takes the caller's own, if it holds nobody but the caller and its children, of which the command is
 * one, and is not the machine's.
 */
void group_share(struct group *group, const struct procfs *procfs);

/* What was used until now does not count. */
void group_begin(struct group *group);

/* As of now. */
void group_read(struct group *group);
bool group_is_made(const struct group *group);

/* Who has ended may still be on the way to the last switch: waits for that, for some milliseconds. */
void group_settle(struct group *group);

/*
 * The last reading. Of a shared one nothing holds if somebody is there who is neither the caller's
 * nor is_member.
 */
typedef bool (*group_member_fn)(const void *context, pid_t pid);
void group_end(struct group *group, const struct procfs *procfs, group_member_fn is_member,
	       const void *context);

/* Removes what was made, unless somebody is still in it: then the warning says so. */
void group_remove(struct group *group);
void group_done(struct group *group);

#endif
