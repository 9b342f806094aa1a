/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The environment in a program that has more rights than its caller. */
#ifndef DENET_RIGHTS_ENVIRONMENT_H
#define DENET_RIGHTS_ENVIRONMENT_H

#include <stddef.h>

/*
 * What the kernel has handed over with argv, before the loader took out what it distrusts. The
 * caller frees the array; the strings stay where they are. -ENOENT when it cannot be found.
 */
int environment_as_given(int argc, char *const argv[], char ***ret_environment);

#define ENVIRONMENT_KEPT_MAX 16

/*
 * Leaves in our own environment only words that are compared with words: of names known here, and
 * of those in kept.
 */
int environment_distrust(const char *const kept[], size_t count);

/*
 * Leaves in our own environment what sudo's env_reset leaves: how a screen looks, language and time
 * zone, where a command is searched. Who one is comes from account_enter_environment().
 */
int environment_reset(void);

#endif
