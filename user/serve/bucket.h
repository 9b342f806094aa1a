/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How many passwords each peer may have checked: two a second. */
#ifndef DENET_SERVE_BUCKET_H
#define DENET_SERVE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define BUCKET_PEERS_MAX 64
#define BUCKET_KEY_BYTES 8

struct bucket_peer {
	unsigned char key[BUCKET_KEY_BYTES]; /* an IPv4 address, or the network of an IPv6 one */
	int family; /* 0: nobody */
	uint64_t full_ns; /* when it has all its checks again */
};

/* All zeros knows nobody. */
struct buckets {
	struct bucket_peer peers[BUCKET_PEERS_MAX];
};

/* Takes one of the peer's checks. False where it has none. */
bool bucket_take(struct buckets *buckets, const struct sockaddr *peer, uint64_t now_ns);

#endif
