/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is mounted where. */
#ifndef DENET_PROCFS_MOUNTINFO_H
#define DENET_PROCFS_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/parse.h"

/* One line of /proc/self/mountinfo; the parts point into it and are still escaped. */
struct mountinfo {
	uint64_t id;
	uint64_t parent_id; /* of the mount that its point lies in */
	struct parse_span device; /* "8:1" */
	struct parse_span root;
	struct parse_span point;
	struct parse_span type;
	struct parse_span source;
	struct parse_span super_options;
};

/* False when the line is not complete. */
bool mountinfo_parse(struct parse_span line, struct mountinfo *ret_mount);

/* Whether a comma separated list has the option. */
bool mountinfo_has_option(struct parse_span options, const char *option);

/* Turns \040 and its like back into bytes; -ENAMETOOLONG, -EBADMSG for a NUL among them. */
int mountinfo_unescape(struct parse_span escaped, size_t size, char *ret_path);

#endif
