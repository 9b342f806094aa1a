/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/bucket.h"

#include <netinet/in.h>
#include <string.h>

#include "util/units.h"

#define CHECK_NS (NS_PER_S / 2)
#define BURST 2

static struct bucket_peer peer_of(const struct sockaddr *address)
{
	struct bucket_peer peer = { .family = address ? address->sa_family : AF_UNIX };

	if (peer.family == AF_INET)
		memcpy(peer.key, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	/* Whoever has one of a network has all of it. */
	if (peer.family == AF_INET6)
		memcpy(peer.key, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
		       BUCKET_KEY_BYTES);
	return peer;
}

static bool is_same(const struct bucket_peer *a, const struct bucket_peer *b)
{
	return a->family == b->family && memcmp(a->key, b->key, BUCKET_KEY_BYTES) == 0;
}

/* Its own place, or that of who has been quiet for longest. */
static struct bucket_peer *place_of(struct buckets *buckets, const struct bucket_peer *peer)
{
	struct bucket_peer *quiet = &buckets->peers[0];

	for (int i = 0; i < BUCKET_PEERS_MAX; i++) {
		struct bucket_peer *item = &buckets->peers[i];

		if (is_same(item, peer))
			return item;
		if (item->full_ns < quiet->full_ns)
			quiet = item;
	}
	*quiet = *peer;
	return quiet;
}

bool bucket_take(struct buckets *buckets, const struct sockaddr *peer, uint64_t now_ns)
{
	const struct bucket_peer wanted = peer_of(peer);
	struct bucket_peer *place = place_of(buckets, &wanted);

	if (place->full_ns < now_ns)
		place->full_ns = now_ns;
	if (place->full_ns + CHECK_NS > now_ns + BURST * CHECK_NS)
		return false;
	place->full_ns += CHECK_NS;
	return true;
}
