/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/as_user.h"

#include <errno.h>
#include <linux/capability.h>
#include <unistd.h>

#include "util/caps.h"
#include "util/log.h"

/* The filter that forbids it takes CAP_SYS_ADMIN, which root in a container may lack. */
static void warn_of_terminal(void)
{
	struct caps caps;

	if (!isatty(STDIN_FILENO) && !isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO))
		return;
	if (!caps_get(&caps) && !(caps.effective & CAPS_BIT(CAP_SYS_ADMIN)))
		log_warning("the command can type into this terminal: to forbid it takes "
			    "CAP_SYS_ADMIN");
}

int as_user_find(const struct options *options, struct account *ret_account)
{
	int r;

	if (!options->user)
		return 0;
	if (geteuid()) {
		(void)log_error(0, "option '--user' needs root");
		return -EPERM;
	}
	r = account_find(options->user, ret_account);
	if (r == -ENOENT) {
		(void)log_error(0, "option '--user': there is no account '%s'", options->user);
		return r;
	}
	if (!r && ret_account->user.uid)
		warn_of_terminal();
	if (!r)
		r = account_enter_environment(ret_account, options->clean_env);
	return r ? log_error(r, "cannot look up the account '%s'", options->user) : 0;
}
