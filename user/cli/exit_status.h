/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Every exit status of our own; anything else is the command's. */
#ifndef DENET_CLI_EXIT_STATUS_H
#define DENET_CLI_EXIT_STATUS_H

enum exit_status {
	EXIT_STATUS_OK = 0,
	/* attach: records could not be written; stats, convert: the file is unusable; doctor: not exact */
	EXIT_STATUS_LOST = 1,
	EXIT_STATUS_OVER_BUDGET = 123, /* a budget was broken, and the command has not failed */
	EXIT_STATUS_TIMED_OUT = 124, /* --duration ended while the command ran */
	EXIT_STATUS_FAILED = 125, /* usage, or whatever fails before monitoring began */
	EXIT_STATUS_CANNOT_EXECUTE = 126,
	EXIT_STATUS_NOT_FOUND = 127,
	EXIT_STATUS_SIGNAL = 128, /* plus the signal's number, when raising it did not end us */
};

#endif
