/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#define ANY "*"
#define NAME_BYTES 256 /* longer ones are none */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

const char *hosts_check(const char *text)
{
	if (strcmp(text, ANY) == 0)
		return NULL;
	if (!*text || strlen(text) >= NAME_BYTES || text[strspn(text, LETTERS DIGITS "-._")])
		return "is no name of a host: letters, digits, '-', '_' and '.', without a port";
	return NULL;
}

int hosts_copy(const struct config_items *names, struct hosts *ret_hosts)
{
	const char *const *texts = names->items;
	struct hosts hosts = { 0 };

	hosts.names = names->count ? calloc(names->count, sizeof(*hosts.names)) : NULL;
	if (names->count && !hosts.names)
		return -ENOMEM;
	for (; hosts.count < names->count; hosts.count++) {
		hosts.names[hosts.count] = strdup(texts[hosts.count]);
		if (!hosts.names[hosts.count]) {
			hosts_done(&hosts);
			return -ENOMEM;
		}
	}
	*ret_hosts = hosts;
	return 0;
}

void hosts_done(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++)
		free(hosts->names[i]);
	free(hosts->names);
	*hosts = (struct hosts){ 0 };
}

/* The name without port, brackets and the point at its end; false for what is no host. */
static bool take_name(const char *host, char ret_name[NAME_BYTES], bool *ret_is_bracketed)
{
	bool is_bracketed = *host == '[';
	const char *end;
	size_t len;

	*ret_is_bracketed = is_bracketed;
	host += is_bracketed ? 1 : 0;
	len = strcspn(host, is_bracketed ? "]" : ":");
	end = host + len;
	if (is_bracketed && *end++ != ']')
		return false;
	if (*end && (*end != ':' || end[1 + strspn(end + 1, DIGITS)]))
		return false;
	if (!len || len >= NAME_BYTES)
		return false;
	memcpy(ret_name, host, len);
	ret_name[len] = '\0';
	if (!is_bracketed && host[len - 1] == '.')
		ret_name[len - 1] = '\0';
	return true;
}

static bool is_own(const char *name)
{
	struct utsname system;

	return strcasecmp(name, "localhost") == 0 ||
	       (!uname(&system) && *system.nodename && strcasecmp(name, system.nodename) == 0);
}

bool hosts_allow(const struct hosts *hosts, const char *host)
{
	char name[NAME_BYTES];
	struct in6_addr place;
	bool is_bracketed;

	for (size_t i = 0; i < hosts->count; i++)
		if (strcmp(hosts->names[i], ANY) == 0)
			return true;
	if (!host)
		return true;
	if (!take_name(host, name, &is_bracketed))
		return false;
	if (is_bracketed)
		return inet_pton(AF_INET6, name, &place) == 1;
	if (inet_pton(AF_INET, name, &place) == 1 || is_own(name))
		return true;
	for (size_t i = 0; i < hosts->count; i++)
		if (strcasecmp(hosts->names[i], name) == 0)
			return true;
	return false;
}

static bool is_loopback(struct in_addr place)
{
	return ntohl(place.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool hosts_is_local(const struct sockaddr *peer)
{
	const struct sockaddr_in *old = (const void *)peer;
	const struct sockaddr_in6 *new = (const void *)peer;
	struct in_addr mapped;

	if (peer->sa_family == AF_INET)
		return is_loopback(old->sin_addr);
	if (peer->sa_family != AF_INET6)
		return false;
	memcpy(&mapped, &new->sin6_addr.s6_addr[12], sizeof(mapped));
	return IN6_IS_ADDR_LOOPBACK(&new->sin6_addr) ||
	       (IN6_IS_ADDR_V4MAPPED(&new->sin6_addr) && is_loopback(mapped));
}
