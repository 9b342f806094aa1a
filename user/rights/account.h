/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* An account of this machine that a command is to run as. */
#ifndef DENET_RIGHTS_ACCOUNT_H
#define DENET_RIGHTS_ACCOUNT_H

#include <stdbool.h>

#include "denet/denet.h"

struct account {
	struct denet_user user; /* its groups are owned */
	char *name; /* owned, as the others */
	char *home;
	char *shell;
};

/* By name, or by number as in "#1000". -ENOENT when there is no such account. */
int account_find(const char *text, struct account *ret_account);
void account_done(struct account *account);
static inline void account_freep(struct account *account)
{
	account_done(account);
}

/*
 * HOME, SHELL, USER and LOGNAME of our own environment, which a command inherits; a clean one has
 * MAIL as well, and of what was there before only what environment_reset() leaves.
 */
int account_enter_environment(const struct account *account, bool is_clean);

#endif
