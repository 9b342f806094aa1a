/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A process beside ours that looks names up: the right to read all files is in it alone, and it answers two
 * kinds of questions. What is wrong with a file of a stranger ends it, and costs names.
 */
#ifndef DENET_NAMES_HELPER_H
#define DENET_NAMES_HELPER_H

#include <stddef.h>

#include "names/lookup.h"

struct helper;

/* To be started before files are opened. The texts are borrowed; proc_root may be NULL. */
int helper_start(const char *proc_root, const char *root, struct helper **ret_helper);

/* Accepts NULL. */
void helper_stop(struct helper *helper);

/* As lookup_label(). -EPIPE for good once the helper is gone or does not answer. */
int helper_ask(struct helper *helper, const struct lookup_question *question,
	       struct label *ret_label);

/* As process_read_exe(), of processes that others may not look into. -EPIPE as above. */
int helper_ask_exe(struct helper *helper, pid_t pid, size_t size, char *ret_path);

#endif
