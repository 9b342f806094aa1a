/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What libbpf says while we use it. Its print function is one for the whole process, which may be
 * somebody else's with a function of its own: that one goes on to hear of what is not ours, and is
 * there again after us.
 */
#ifndef DENET_PROBE_MESSAGES_H
#define DENET_PROBE_MESSAGES_H

struct buf;

/* Around each use that may print, by the same thread; may be nested. To the journal at first. */
void messages_begin(void);
void messages_end(void);

/* Warnings of this thread go there from now on; with NULL to the journal again. */
void messages_into(struct buf *log);

#endif
