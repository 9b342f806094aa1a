/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What this process may do, and until when. It has one thread: capabilities are a thread's.
 *
 * The file may have capabilities of its own (make install SETCAP=1). They are lent to whoever
 * starts it, and serve to load and attach BPF programs, nothing else.
 */
#ifndef DENET_RIGHTS_RIGHTS_H
#define DENET_RIGHTS_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the file gives us rights that our caller does not have. */
bool rights_are_lent(void);

/* First of all: lent rights sleep until they are raised. -EPERM in a set-user-id program. */
int rights_begin(void);

/* Around the loading. Nothing happens where rights are not lent. */
int rights_raise(void);
int rights_lower(void);

/*
 * Around a run that another one comes after: all but what is kept has no effect meanwhile. What was in
 * effect before is what is permitted, or nothing. Nothing happens where rights are lent: they sleep.
 */
int rights_rest(uint64_t kept);
int rights_wake(void);

/*
 * Gives up for good all but what is kept (bits of util/caps.h, as far as we have them) and what the
 * running kernel asks for each look into a map. To be called when the command has been forked. Those
 * that sleep, and with may_load those for loading, stay permitted, and not in effect: call again when
 * they are of no use.
 */
int rights_drop(uint64_t kept, uint64_t sleeping, bool may_load);

#endif
