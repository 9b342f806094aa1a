/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Certificates of the listener, and of who connects. */
#ifndef DENET_SERVE_TLS_H
#define DENET_SERVE_TLS_H

#include <stdbool.h>
#include <microhttpd.h>

/* All NULL is none. */
struct tls {
	char *cert; /* owned, as all: PEM */
	char *key;
	char *client_ca;
};

/* Each NULL for none. What is wrong is told, without what is in them. -EINVAL, or why they cannot be read. */
int tls_read(const char *cert, const char *key, const char *client_ca, struct tls *ret_tls);
void tls_done(struct tls *tls);

bool tls_is_same(const struct tls *a, const struct tls *b);

/* Whoever is connected has a certificate of the client's CA. */
bool tls_is_known(struct MHD_Connection *connection);

#endif
