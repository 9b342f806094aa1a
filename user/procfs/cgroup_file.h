/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* /proc/PID/cgroup: where a process is now. */
#ifndef DENET_PROCFS_CGROUP_FILE_H
#define DENET_PROCFS_CGROUP_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct procfs;

#define CGROUP_FILE_OURS ((pid_t)-1) /* for a pid: of this process, whatever /proc calls it */

/*
 * The path of its cgroup: the v2 one, unless that is "/" or there is none and the v1 memory one is
 * known. -ENODATA when neither is.
 */
int cgroup_file_read(const struct procfs *procfs, pid_t pid, size_t size, char *ret_path);

/* Its path in v2, or in v1's hierarchy of that controller; -ENODATA when it is in none. */
int cgroup_file_read_one(const struct procfs *procfs, pid_t pid, const char *controller, bool is_v2,
			 size_t size, char *ret_path);

/* Its text, to be freed, for several looks at one reading. */
int cgroup_file_load(const struct procfs *procfs, pid_t pid, char **ret_text, size_t *ret_len);

/* Of it both that cgroup_file_read_one() tells, by is_v2; "" where it is in none. */
void cgroup_file_parse_both(const char *text, size_t len, const char *controller,
			    char ret_paths[2][PATH_MAX]);

/* What cgroup_file_read() makes of the file's text. */
int cgroup_file_parse(const char *text, size_t len, size_t size, char *ret_path);

#endif
