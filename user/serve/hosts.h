/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * By which names a service may be asked. A page of anybody's may have its own name lead to 127.0.0.1 and read what is
 * served to this machine alone, as its browser takes both for one place: the name that it asks by gives it away.
 */
#ifndef DENET_SERVE_HOSTS_H
#define DENET_SERVE_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "config/table.h"

/* All zeros has none. */
struct hosts {
	char **names; /* owned, as each of them */
	size_t count;
};

/* Of a setting: NULL, or what is wrong with the text. */
const char *hosts_check(const char *text);

/* Copies them: texts. -ENOMEM leaves none. */
int hosts_copy(const struct config_items *names, struct hosts *ret_hosts);
void hosts_done(struct hosts *hosts);

/*
 * Of a header Host: addresses, localhost, the machine's own name and these, each with any port. NULL is of those that
 * do not say it, as no browser does.
 */
bool hosts_allow(const struct hosts *hosts, const char *host);

/* Whether it comes from this machine, by its own addresses. */
bool hosts_is_local(const struct sockaddr *peer);

#endif
