/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* As whom commands run that root starts. */
#ifndef DENET_CLI_AS_USER_H
#define DENET_CLI_AS_USER_H

#include "cli/options.h"
#include "rights/account.h"

/*
 * The account of --user, whose environment becomes ours; untouched without one. Logs what is wrong, and
 * warns where the command could type into the terminal.
 */
int as_user_find(const struct options *options, struct account *ret_account);

#endif
