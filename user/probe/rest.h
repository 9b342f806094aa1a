/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The one object that a process keeps for its next use: what is dear to get. What it still does it
 * does for a moment; after some seconds it is freed. From any thread; all of one kind.
 */
#ifndef DENET_PROBE_REST_H
#define DENET_PROBE_REST_H

/* What becomes of it. */
struct rest_care {
	void (*detach)(void *object); /* after 50 ms, or before a fork; NULL: it is detached */
	void (*free)(void *object); /* after 5 s */
};

/* Takes it over, or frees it. */
void rest_put(void *object, const struct rest_care *care);

/* NULL when there is none, as always in a process that was forked from the one that keeps it. */
void *rest_take(void);

/* Frees what is kept, and waits until nothing is left of it. */
void rest_release(void);

#endif
