/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where a service listens: an address and a port, a socket of the file system, or what was handed over. */
#ifndef DENET_SERVE_ADDRESS_H
#define DENET_SERVE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "util/buf.h"

#define ADDRESS_USUAL "127.0.0.1:9464"

struct address {
	struct sockaddr_storage place;
	socklen_t len;
};

/* "true" for the usual one, "127.0.0.1:9464", "[::1]:9464", "localhost:9464", "unix:PATH". -EINVAL. */
int address_parse(const char *text, struct address *ret_address);

bool address_is_unix(const struct address *address);

/*
 * A socket that listens and never waits. Of a path what nobody listens at any more is replaced; mode is that
 * of the new one. -EADDRINUSE where somebody does, or another errno.
 */
int address_listen(const struct address *address, mode_t mode, int *ret_fd);

/* Removes the path, if it is still that of the socket. */
void address_leave(const struct address *address, int fd);

/*
 * The first of the sockets that LISTEN_FDS and LISTEN_PID hand over, once: both go from the environment.
 * -ENOENT without one, -ENOTSOCK for what does not listen.
 */
int address_passed(int *ret_fd);

/* As it would be written: "127.0.0.1:9464". */
void address_append(struct buf *buf, const struct address *address);

/* Where the socket is bound to: with port 0 the kernel has chosen one. */
int address_of(int fd, struct address *ret_address);

#endif
