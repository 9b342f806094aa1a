/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the service gives up once all is open: whoever takes it over can do little. */
#ifndef DENET_AGENT_CAGE_H
#define DENET_AGENT_CAGE_H

/* What becomes of a system call that it does not need. */
enum cage_filter { CAGE_FILTER_REFUSE, CAGE_FILTER_KILL, CAGE_FILTER_OFF };

extern const char *const cage_filters[]; /* by enum cage_filter; ends with NULL */

/*
 * For good: no capability but what the kernel wants for a look into a map, no new ones, no core dump, and no
 * system call beside those of a list. What cannot be given up is told.
 */
int cage_close(enum cage_filter filter);

#endif
