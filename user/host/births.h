/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What becomes of the folders of a hierarchy of cgroups, as inotify tells it: births and ends; of version 2 also that
 * the last process has left. In the place of the kernel's events, where there are none.
 */
#ifndef DENET_HOST_BIRTHS_H
#define DENET_HOST_BIRTHS_H

#include <stdint.h>

#define BIRTHS_FOLDERS_MAX 10000 /* each takes about a kilobyte of the kernel's memory */

enum births_news { BIRTHS_BORN, BIRTHS_EMPTIED, BIRTHS_GONE };

/* The folder's path begins with the point. What fails ends births_take(). */
typedef int (*births_fn)(void *context, enum births_news news, const char *folder);

struct births;

/* Of all below it; those that are there already are not told. The context is borrowed. -errno. */
int births_open(const char *point, unsigned int folders_max, births_fn on_news, void *context,
		struct births **ret_births);

/* Accepts NULL. */
void births_close(struct births *births);
static inline void births_closep(struct births **births)
{
	births_close(*births);
}

/* It can be read when there is news. */
int births_fd(const struct births *births);

/* Tells all that there is, without waiting. */
int births_take(struct births *births);

/* How often there was no room for news. */
uint64_t births_lost(const struct births *births);

/* Folders whose own would not be heard of: there are too many, or the machine allows no more. */
uint64_t births_left_out(const struct births *births);

#endif
