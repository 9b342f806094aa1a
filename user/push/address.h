/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where datagrams go: HOST:PORT, looked up without waiting. */
#ifndef DENET_PUSH_ADDRESS_H
#define DENET_PUSH_ADDRESS_H

#include <sys/socket.h>

struct address;

/* NULL for one that can be looked up; else what is wrong with it. [HOST]:PORT, too, for version 6. */
const char *address_check(const char *text);

/* Begins to look it up. -EINVAL, -ENOMEM. */
int address_new(const char *text, struct address **ret_address);

/* Accepts NULL. */
void address_free(struct address *address);
static inline void address_freep(struct address **address)
{
	address_free(*address);
}

/* A connected socket that does not block. -EAGAIN as long as nobody has said where it is: ask again later. */
int address_connect(struct address *address, int *ret_fd);

#endif
