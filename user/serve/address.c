/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/parse.h"

#define BACKLOG 64
#define PASSED_FD 3 /* where systemd's begin */
#define UNIX_PREFIX "unix:"

static int parse_unix(const char *path, struct address *address)
{
	struct sockaddr_un *place = (struct sockaddr_un *)(void *)&address->place;
	size_t len = strlen(path);

	if (path[0] != '/' || len >= sizeof(place->sun_path))
		return -EINVAL;
	place->sun_family = AF_UNIX;
	memcpy(place->sun_path, path, len + 1);
	address->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
	return 0;
}

static int parse_v6(const char *host, uint16_t port, struct address *address)
{
	struct sockaddr_in6 *place = (struct sockaddr_in6 *)(void *)&address->place;

	place->sin6_family = AF_INET6;
	place->sin6_port = htons(port);
	address->len = sizeof(*place);
	return inet_pton(AF_INET6, host, &place->sin6_addr) == 1 ? 0 : -EINVAL;
}

static int parse_v4(const char *host, uint16_t port, struct address *address)
{
	struct sockaddr_in *place = (struct sockaddr_in *)(void *)&address->place;

	place->sin_family = AF_INET;
	place->sin_port = htons(port);
	address->len = sizeof(*place);
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	return inet_pton(AF_INET, host, &place->sin_addr) == 1 ? 0 : -EINVAL;
}

static int parse_inet(const char *text, struct address *address)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN] = "";
	bool is_v6 = *text == '[';
	uint64_t port;
	size_t len;

	if (!colon || parse_u64(colon + 1, 0, UINT16_MAX, &port))
		return -EINVAL;
	len = (size_t)(colon - text);
	if (is_v6) {
		if (len < 2 || text[len - 1] != ']')
			return -EINVAL;
		text++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	return is_v6 ? parse_v6(host, (uint16_t)port, address)
		     : parse_v4(host, (uint16_t)port, address);
}

int address_parse(const char *text, struct address *ret_address)
{
	struct address address = { 0 };
	size_t prefix = strlen(UNIX_PREFIX);
	int r;

	if (strcmp(text, "true") == 0)
		text = ADDRESS_USUAL;
	if (strncmp(text, UNIX_PREFIX, prefix) == 0)
		r = parse_unix(text + prefix, &address);
	else
		r = parse_inet(text, &address);
	if (!r)
		*ret_address = address;
	return r;
}

bool address_is_unix(const struct address *address)
{
	return address->place.ss_family == AF_UNIX;
}

static const char *path_of(const struct address *address)
{
	return ((const struct sockaddr_un *)(const void *)&address->place)->sun_path;
}

static const struct sockaddr *place_of(const struct address *address)
{
	return (const struct sockaddr *)(const void *)&address->place;
}

/* That of one who has ended without removing it, and nothing but a socket. */
static bool is_stale(const struct address *address)
{
	AUTO_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat stat;

	return fd >= 0 && !lstat(path_of(address), &stat) && S_ISSOCK(stat.st_mode) &&
	       connect(fd, place_of(address), address->len) && errno == ECONNREFUSED;
}

static int bind_unix(int fd, const struct address *address, mode_t mode)
{
	mode_t before = umask(0777 & ~mode);
	int r = bind(fd, place_of(address), address->len) ? -errno : 0;

	if (r == -EADDRINUSE && is_stale(address) && !unlink(path_of(address)))
		r = bind(fd, place_of(address), address->len) ? -errno : 0;
	(void)umask(before);
	return r;
}

static int bind_inet(int fd, const struct address *address)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, place_of(address), address->len) ? -errno : 0;
}

int address_listen(const struct address *address, mode_t mode, int *ret_fd)
{
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	AUTO_FD int fd = socket(address->place.ss_family, type, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = address_is_unix(address) ? bind_unix(fd, address, mode) : bind_inet(fd, address);
	if (!r && listen(fd, BACKLOG))
		r = -errno;
	if (!r)
		*ret_fd = TAKE_FD(fd);
	return r;
}

void address_leave(const struct address *address, int fd)
{
	struct address bound;
	struct stat stat;

	if (address_is_unix(address) && !address_of(fd, &bound) &&
	    strcmp(path_of(address), path_of(&bound)) == 0 && !lstat(path_of(address), &stat) &&
	    S_ISSOCK(stat.st_mode))
		(void)unlink(path_of(address));
}

static bool is_listening(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) && on;
}

int address_passed(int *ret_fd)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	bool is_ours;
	uint64_t number;

	is_ours = pid && fds && !parse_u64(pid, 1, INT32_MAX, &number) &&
		  number == (uint64_t)getpid() && !parse_u64(fds, 1, INT16_MAX, &number);
	/* Whoever we start is not meant. */
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	if (!is_ours)
		return -ENOENT;
	if (!is_listening(PASSED_FD))
		return -ENOTSOCK;
	(void)fcntl(PASSED_FD, F_SETFD, FD_CLOEXEC);
	(void)fcntl(PASSED_FD, F_SETFL, fcntl(PASSED_FD, F_GETFL) | O_NONBLOCK);
	*ret_fd = PASSED_FD;
	return 0;
}

static void append_inet(struct buf *buf, const struct address *address)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)&address->place;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&address->place;
	bool is_v6 = address->place.ss_family == AF_INET6;
	char text[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(address->place.ss_family,
			is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr, text,
			sizeof(text));
	buf_printf(buf, is_v6 ? "[%s]:%u" : "%s:%u", text,
		   (unsigned int)ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
}

void address_append(struct buf *buf, const struct address *address)
{
	if (address_is_unix(address))
		buf_printf(buf, UNIX_PREFIX "%s", path_of(address));
	else
		append_inet(buf, address);
}

int address_of(int fd, struct address *ret_address)
{
	struct address address = { .len = sizeof(address.place) };

	if (getsockname(fd, (struct sockaddr *)(void *)&address.place, &address.len))
		return -errno;
	*ret_address = address;
	return 0;
}
