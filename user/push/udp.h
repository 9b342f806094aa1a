/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Lines in datagrams. What cannot go at once is dropped and counted: who sends so wants the newest. */
#ifndef DENET_PUSH_UDP_H
#define DENET_PUSH_UDP_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

struct udp;

struct udp_counts {
	uint64_t lines_sent;
	uint64_t lines_dropped;
};

/* name is borrowed: what it is called where something is told. -EINVAL for no HOST:PORT, -ENOMEM. */
int udp_new(const char *name, const char *address, size_t datagram_bytes, struct udp **ret_udp);

/* Accepts NULL. */
void udp_free(struct udp *udp);

/* As many of the lines in one as fit; one that is longer goes alone. */
void udp_send_lines(struct udp *udp, const struct buf *lines);

const struct udp_counts *udp_counts(const struct udp *udp);

#endif
