/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The standard descriptors of this process. */
#ifndef DENET_RIGHTS_DESCRIPTORS_H
#define DENET_RIGHTS_DESCRIPTORS_H

#include <stdbool.h>

/*
 * First of all: one that came closed must not become one of our files. The stand-in vanishes at
 * exec, so that a command finds it closed as well.
 */
void descriptors_keep_standard(void);

/* Whether stdin was open before that. */
bool descriptors_have_stdin(void);

#endif
