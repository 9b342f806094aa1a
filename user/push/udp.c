/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/udp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "push/address.h"
#include "util/cleanup.h"
#include "util/log.h"

struct udp {
	const char *name; /* borrowed */
	size_t datagram_bytes;
	struct address *address; /* owned */
	int fd; /* owned; -1 until it is known where */
	bool is_out; /* which was told */
	struct udp_counts counts;
};

int udp_new(const char *name, const char *address, size_t datagram_bytes, struct udp **ret_udp)
{
	struct udp *udp = calloc(1, sizeof(*udp));
	int r;

	if (!udp)
		return -ENOMEM;
	*udp = (struct udp){ .name = name, .datagram_bytes = datagram_bytes, .fd = -1 };
	r = address_new(address, &udp->address);
	if (r) {
		udp_free(udp);
		return r;
	}
	(void)address_connect(udp->address, &udp->fd);
	*ret_udp = udp;
	return 0;
}

void udp_free(struct udp *udp)
{
	if (!udp)
		return;
	if (udp->fd >= 0)
		(void)close(udp->fd);
	address_free(udp->address);
	free(udp);
}

static void note(struct udp *udp, size_t lines, int r)
{
	if (!r)
		udp->counts.lines_sent += lines;
	else
		udp->counts.lines_dropped += lines;
	if (r && !udp->is_out)
		log_warning("%s cannot be reached: %s", udp->name, strerror(-r));
	if (!r && udp->is_out)
		log_warning("%s is reached again", udp->name);
	udp->is_out = r;
}

/*
 * A refusal tells of the one before, and keeps this one from going: it goes again, so that who comes back misses
 * none, and counts as dropped, as the one before does not.
 */
static int send_once(int fd, const char *lines, size_t len)
{
	int r;

	if (send(fd, lines, len, MSG_NOSIGNAL) == (ssize_t)len)
		return 0;
	r = -errno;
	if (r == -ECONNREFUSED)
		(void)!send(fd, lines, len, MSG_NOSIGNAL);
	return r;
}

static int send_some(struct udp *udp, const char *lines, size_t len)
{
	int r = 0;

	if (udp->fd < 0)
		r = address_connect(udp->address, &udp->fd);
	if (!r)
		r = send_once(udp->fd, lines, len);
	/* It may live elsewhere by now. */
	if (r && udp->fd >= 0 && r != -EAGAIN && r != -ENOBUFS && r != -EMSGSIZE &&
	    r != -ECONNREFUSED) {
		(void)close(udp->fd);
		udp->fd = -1;
	}
	return r;
}

/* The end of the first lines that fit, without the last one's newline; ret_count: how many. */
static const char *end_of_fitting(const struct udp *udp, const char *from, const char *end,
				  size_t *ret_count)
{
	const char *last = from;
	size_t count = 0;

	for (const char *at = from; at < end; count++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		newline = newline ? newline : end;
		if (count && (size_t)(newline - from) > udp->datagram_bytes)
			break;
		last = newline;
		at = newline + 1;
	}
	*ret_count = count;
	return last;
}

void udp_send_lines(struct udp *udp, const struct buf *lines)
{
	const char *at = buf_text(lines), *end = at + lines->len;

	while (at < end) {
		size_t count;
		const char *last = end_of_fitting(udp, at, end, &count);

		note(udp, count, send_some(udp, at, (size_t)(last - at)));
		at = last + 1;
	}
}

const struct udp_counts *udp_counts(const struct udp *udp)
{
	return &udp->counts;
}
