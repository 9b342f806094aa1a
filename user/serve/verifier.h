/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Passwords are checked in a process beside ours, without any right, one child each: what a hash asks for, a second and
 * 32 MiB at most, is asked of that child. A check takes up to a quarter of a second, for which no look waits.
 */
#ifndef DENET_SERVE_VERIFIER_H
#define DENET_SERVE_VERIFIER_H

#include <stdbool.h>
#include <stdint.h>

#define VERIFIER_PASSWORD_BYTES 512 /* crypt() takes no longer one */
#define VERIFIER_HASH_BYTES 256

struct verifier;

struct verifier_answer {
	uint32_t id;
	bool is_right;
	bool is_over_bounds; /* it asked for too much, and nothing is known */
	uint64_t cpu_ns;
};

int verifier_start(struct verifier **ret_verifier);

/* Accepts NULL. */
void verifier_stop(struct verifier *verifier);

/* Readable when an answer is there. */
int verifier_fd(const struct verifier *verifier);

/* Never waits. -EINVAL for what is too long, -EAGAIN where too many wait, -EPIPE where the process is gone. */
int verifier_ask(struct verifier *verifier, uint32_t id, const char *password, const char *hash);

/* Never waits: -EAGAIN without an answer, -EPIPE where the process is gone. */
int verifier_take(struct verifier *verifier, struct verifier_answer *ret_answer);

#define VERIFIER_TRY_ID 0u /* of no question of others */

/*
 * Waits: what one check of that hash takes. -ETIMEDOUT, -EPIPE. Answers that were under way are lost: who asked has to be
 * let go before.
 */
int verifier_try(struct verifier *verifier, const char *hash, struct verifier_answer *ret_answer);

#endif
