/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names of users by /etc/passwd alone: what else knows names may hang. */
#ifndef DENET_HOST_USERS_H
#define DENET_HOST_USERS_H

#include <stddef.h>
#include <stdint.h>

#define USERS_NAME_BYTES 64

struct user; /* a line of it */

/* All zeros is an empty one. */
struct users {
	struct user *items; /* owned, by uid */
	size_t count;
};

void users_done(struct users *users);

/* A file that is not there names nobody. -ENOMEM. */
int users_read(struct users *users, const char *file);

/* "#1000" without a name. */
void users_name(const struct users *users, uint32_t uid, char ret_name[USERS_NAME_BYTES]);

#endif
