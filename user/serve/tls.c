/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/tls.h"

#include <errno.h>
#include <string.h>
#include <gnutls/gnutls.h>

#include "http/secret.h"
#include "util/log.h"

static gnutls_datum_t datum_of(char *text)
{
	return (gnutls_datum_t){ (unsigned char *)text, (unsigned int)strlen(text) };
}

/* By the library that is to use them: libmicrohttpd would only say that it has not started. */
static int check(const struct tls *tls, const char *cert, const char *client_ca)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t certs = datum_of(tls->cert), key = datum_of(tls->key);
	int r = gnutls_certificate_allocate_credentials(&credentials);

	if (r < 0)
		return log_error(-ENOMEM, "cannot read '%s'", cert);
	r = gnutls_certificate_set_x509_key_mem(credentials, &certs, &key, GNUTLS_X509_FMT_PEM);
	if (r < 0) {
		r = log_error(-EINVAL, "serve.cert and serve.key, '%s', do not fit: %s", cert,
			      gnutls_strerror(r));
	} else if (tls->client_ca) {
		gnutls_datum_t ca = datum_of(tls->client_ca);

		r = gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM);
		r = r > 0 ? 0 : log_error(-EINVAL, "there is no certificate in '%s'", client_ca);
	}
	gnutls_certificate_free_credentials(credentials);
	return r < 0 ? r : 0;
}

static int read_one(const char *file, char **ret_text)
{
	int r = file ? secret_read_text(file, ret_text) : 0;

	return r ? log_error(r, "cannot read '%s'", file) : 0;
}

int tls_read(const char *cert, const char *key, const char *client_ca, struct tls *ret_tls)
{
	struct tls tls = { 0 };
	int r;

	if (!cert != !key)
		return log_error(-EINVAL, "serve.cert and serve.key go together");
	if (client_ca && !cert)
		return log_error(-EINVAL, "serve.client_ca takes serve.cert and serve.key");
	r = read_one(cert, &tls.cert);
	if (!r)
		r = read_one(key, &tls.key);
	if (!r)
		r = read_one(client_ca, &tls.client_ca);
	if (!r && tls.cert)
		r = check(&tls, cert, client_ca);
	if (r)
		tls_done(&tls);
	else
		*ret_tls = tls;
	return r;
}

void tls_done(struct tls *tls)
{
	secret_free(tls->cert);
	secret_free(tls->key);
	secret_free(tls->client_ca);
	*tls = (struct tls){ 0 };
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool tls_is_same(const struct tls *a, const struct tls *b)
{
	return is_same(a->cert, b->cert) && is_same(a->key, b->key) &&
	       is_same(a->client_ca, b->client_ca);
}

bool tls_is_known(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	unsigned int status = 1;

	/* The library has asked for a certificate, and takes none for an answer. */
	return info && !gnutls_certificate_verify_peers2(info->tls_session, &status) && !status;
}
