/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* TCP sockets of one network namespace: how many are in which state, for each address that is listened at. */
#ifndef DENET_PROCFS_SOCKETS_H
#define DENET_PROCFS_SOCKETS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/parse.h"

struct procfs;

#define SOCKETS_LISTENERS_MAX 64 /* that are told */
#define SOCKETS_BYTES_MAX (16 << 20) /* that are read of a file: some 100,000 sockets */
#define SOCKETS_STATES 13 /* as the kernel numbers them, from 1 on */

enum socket_state {
	SOCKET_ESTABLISHED = 1,
	SOCKET_SYN_SENT,
	SOCKET_SYN_RECV,
	SOCKET_FIN_WAIT1,
	SOCKET_FIN_WAIT2,
	SOCKET_TIME_WAIT,
	SOCKET_CLOSE,
	SOCKET_CLOSE_WAIT,
	SOCKET_LAST_ACK,
	SOCKET_LISTEN,
	SOCKET_CLOSING,
};

/* Version 4 is the last four bytes of version 6. */
struct socket_address {
	unsigned char bytes[sizeof(struct in6_addr)];
	uint16_t port;
	bool is_v6;
};

struct socket_counts {
	uint64_t of[SOCKETS_STATES];
};

struct socket_listener {
	struct socket_address address;
	struct socket_counts counts;
};

struct sockets {
	struct socket_counts all; /* also of what was connected from here */
	struct socket_listener listeners[SOCKETS_LISTENERS_MAX];
	size_t count;
	uint64_t omitted; /* listening sockets beyond these */
	bool is_cut; /* there are more sockets than were counted */
};

#define SOCKETS_ADDRESS_BYTES 56 /* "[ADDRESS]:PORT" */

/*
 * Of the namespace that the process is in; 0 is ours. Where it has no socket this costs some microseconds, else
 * milliseconds: the kernel goes through those of all namespaces. -errno.
 */
int sockets_read(const struct procfs *procfs, pid_t pid, struct sockets *ret_sockets);

/* A line of net/tcp, or of net/tcp6, which is to come first; whatever else it is counts nothing. */
void sockets_add_line(struct sockets *sockets, struct parse_span line, bool is_v6);

/* "[::]:80", "127.0.0.1:80" */
void sockets_format(const struct socket_address *address, char ret_text[SOCKETS_ADDRESS_BYTES]);

#endif
