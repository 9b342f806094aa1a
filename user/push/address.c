/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/address.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/parse.h"

#define PORT_MAX 65535

struct address {
	char *host; /* owned */
	const char *port; /* in it */
	struct addrinfo hints;
	struct gaicb request; /* under way as long as is_asked */
	bool is_asked;
};

/* The colon before the port, and the host without its brackets. NULL: there is none. */
static const char *split(const char *text, const char **ret_host, size_t *ret_len)
{
	const char *colon = strrchr(text, ':');

	if (!colon || colon == text)
		return NULL;
	*ret_host = text;
	*ret_len = (size_t)(colon - text);
	if (*text != '[')
		return memchr(text, ':', *ret_len) ? NULL : colon;
	if (*ret_len <= 2 || colon[-1] != ']')
		return NULL;
	*ret_host = text + 1;
	*ret_len -= 2;
	return colon;
}

const char *address_check(const char *text)
{
	const char *host, *colon;
	uint64_t port;
	size_t len;

	colon = split(text, &host, &len);
	if (!colon)
		return "is not HOST:PORT";
	return parse_u64(colon + 1, 1, PORT_MAX, &port) ? "has no such port" : NULL;
}

int address_new(const char *text, struct address **ret_address)
{
	AUTO(address) struct address *address = NULL;
	const char *host, *colon;
	size_t len;

	colon = split(text, &host, &len);
	if (!colon || address_check(text))
		return -EINVAL;
	address = calloc(1, sizeof(*address));
	if (!address)
		return -ENOMEM;
	address->host = strdup(host);
	if (!address->host)
		return -ENOMEM;
	address->host[len] = '\0';
	address->port = address->host + (colon + 1 - host);
	address->hints = (struct addrinfo){ .ai_socktype = SOCK_DGRAM };
	*ret_address = TAKE(address);
	return 0;
}

/* What is still asked is left to who answers it: that cannot be taken back. */
void address_free(struct address *address)
{
	if (!address)
		return;
	if (address->is_asked && gai_cancel(&address->request) == EAI_NOTCANCELED &&
	    gai_error(&address->request) == EAI_INPROGRESS)
		return;
	if (address->request.ar_result)
		freeaddrinfo(address->request.ar_result);
	free(address->host);
	free(address);
}

static int connect_to(const struct addrinfo *list, int *ret_fd)
{
	for (const struct addrinfo *at = list; at; at = at->ai_next) {
		AUTO_FD int fd =
			socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		if (fd < 0 || connect(fd, at->ai_addr, at->ai_addrlen))
			continue;
		*ret_fd = TAKE_FD(fd);
		return 0;
	}
	return -EHOSTUNREACH;
}

/* Most are numbers, of which nobody has to be asked. */
static int connect_numeric(const struct address *address, int *ret_fd)
{
	struct addrinfo hints = address->hints, *list = NULL;
	int r;

	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if (getaddrinfo(address->host, address->port, &hints, &list))
		return -EAGAIN;
	r = connect_to(list, ret_fd);
	freeaddrinfo(list);
	return r;
}

static int ask(struct address *address)
{
	struct gaicb *list[] = { &address->request };

	address->request = (struct gaicb){ .ar_name = address->host,
					   .ar_service = address->port,
					   .ar_request = &address->hints };
	address->is_asked = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0;
	return -EAGAIN;
}

int address_connect(struct address *address, int *ret_fd)
{
	int r;

	if (!address->is_asked) {
		r = connect_numeric(address, ret_fd);
		return r == -EAGAIN ? ask(address) : r;
	}
	r = gai_error(&address->request);
	if (r == EAI_INPROGRESS)
		return -EAGAIN;
	address->is_asked = false;
	if (r)
		return -EHOSTUNREACH;
	r = connect_to(address->request.ar_result, ret_fd);
	freeaddrinfo(TAKE(address->request.ar_result));
	return r;
}
