/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Processes whose names somebody asked for, as /proc tells of them: summed up by name, or one by one, and their threads
 * then. What has ended is in no sum any more.
 */
#ifndef DENET_HOST_NAMED_H
#define DENET_HOST_NAMED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NAMED_ROWS_MAX 1000 /* of more the others are left out */
#define NAMED_THREADS_MAX 4000 /* the same of threads */
#define NAMED_WHO_BYTES 24

struct named;

/* Unknown what any of the summed up does not tell. */
struct named_row {
	char who[NAMED_WHO_BYTES]; /* the name, or the pid */
	uint64_t cpu_user_ns; /* in ticks, as the next */
	uint64_t cpu_system_ns;
	double cpu_usage; /* percent of one CPU since the look before; NaN at the first */
	uint64_t rss_bytes; /* about */
	uint64_t vms_bytes;
	uint64_t read_bytes; /* of storage, as the next; without the right to look unknown */
	uint64_t write_bytes;
	uint64_t read_count; /* calls of the system */
	uint64_t write_count;
	uint64_t threads;
	uint64_t uptime_ns; /* of the oldest */
};

struct named_thread {
	pid_t pid;
	pid_t tid;
	uint64_t cpu_user_ns; /* in ticks, as the next */
	uint64_t cpu_system_ns;
};

enum named_how { NAMED_BY_NAME, NAMED_BY_PID, NAMED_WITH_THREADS };

/* Extended regular expressions, of which one has to match the name. Borrows proc_root, NULL for /proc. -ENOMEM, -EINVAL. */
int named_new(const char *proc_root, const char *const *patterns, size_t count, enum named_how how,
	      struct named **ret_named);

/* Accepts NULL. */
void named_free(struct named *named);

/* -ENOMEM. */
int named_look(struct named *named, uint64_t boot_ns);

/* As of the last look, and valid until the next. */
const struct named_row *named_rows(const struct named *named, size_t *ret_count);
const struct named_thread *named_threads(const struct named *named, size_t *ret_count);

#endif
