/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names with hashed passwords, as htpasswd -B writes them: a line NAME:HASH each. */
#ifndef DENET_SERVE_PASSWORDS_H
#define DENET_SERVE_PASSWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/verifier.h"

#define PASSWORDS_MAX 64
#define PASSWORDS_NAME_BYTES 64
#define PASSWORDS_MAC_BYTES 32

struct password_user {
	char name[PASSWORDS_NAME_BYTES];
	char hash[VERIFIER_HASH_BYTES];
	bool has_mac;
	unsigned char mac[PASSWORDS_MAC_BYTES]; /* of the last credential that was right */
};

struct passwords {
	struct password_user items[PASSWORDS_MAX];
	size_t count;
};

/* What is wrong is told, with the line, and nothing of a hash. -EINVAL, or why it cannot be read. */
int passwords_read(const char *file, struct passwords *ret_users);

/* Each may take a quarter of a second and 32 MiB. -EINVAL for one that takes more, which is told. */
int passwords_try(const struct passwords *users, const char *file, struct verifier *verifier);

/* NULL where nobody is called so. */
struct password_user *passwords_find(struct passwords *users, const char *name);

#endif
