/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The one object that a process keeps for its next use: what is dear to get, and does nothing while it
 * rests here. After some seconds it is freed. From any thread; all of one kind.
 */
#ifndef DENET_PROBE_REST_H
#define DENET_PROBE_REST_H

/* Takes it over, or frees it. */
void rest_put(void *object, void (*free_object)(void *object));

/* NULL when there is none, as always in a process that was forked from the one that keeps it. */
void *rest_take(void);

/* Frees what is kept, and waits until nothing is left of it. */
void rest_release(void);

#endif
