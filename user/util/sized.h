/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Structs that begin with their size, between a caller and a library of different age. What only
 * the younger side knows is left at its default, or is left out.
 */
#ifndef DENET_UTIL_SIZED_H
#define DENET_UTIL_SIZED_H

#include <stddef.h>

/* What to say of -E2BIG. */
#define SIZED_YOUNGER_CALLER "the caller is made for a younger libdenet"

/*
 * From the caller over our defaults. -EINVAL without a size; -E2BIG when the caller is younger and
 * asks for something that we do not know.
 */
int sized_take(void *to, size_t to_size, const void *from);

/* To the caller, whose size says how much of it is wanted. It becomes what was given. */
void sized_give(void *to, const void *from, size_t from_size);

#endif
