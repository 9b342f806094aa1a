/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "serve/bucket.h"
#include "serve/credential.h"
#include "serve/passwords.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#define KEY_BYTES 32
#define WAITING_MAX 8

/* One that was sent to be checked. */
struct check {
	bool is_used;
	bool is_answered;
	uint32_t id;
	struct exchange *exchange; /* borrowed; NULL once nobody waits for it */
	struct password_user *user; /* NULL: nobody is called so, and it takes as long */
	enum access_verdict verdict;
	unsigned char mac[PASSWORDS_MAC_BYTES];
};

struct access {
	struct passwords users;
	struct verifier *verifier; /* owned */
	struct buckets buckets;
	unsigned char key[KEY_BYTES]; /* of this process alone */
	struct check checks[WAITING_MAX];
	uint32_t next_id;
	bool is_broken; /* the process is gone */
};

static int read_users(const char *file, struct verifier *verifier, struct passwords **ret_users)
{
	struct passwords *users = calloc(1, sizeof(*users));
	int r = users ? passwords_read(file, users) : log_error(-ENOMEM, "cannot read '%s'", file);

	if (!r)
		r = passwords_try(users, file, verifier);
	if (r)
		free(users);
	else
		*ret_users = users;
	return r;
}

int access_reload(struct access *access, const char *file)
{
	struct passwords *users;
	int r;

	/* Their answers would be taken for those that follow. */
	access_let_go(access);
	r = read_users(file, access->verifier, &users);
	if (r)
		return r;
	/* What is under way was of others. */
	for (int i = 0; i < WAITING_MAX; i++)
		access->checks[i].user = NULL;
	access->users = *users;
	explicit_bzero(users, sizeof(*users));
	free(users);
	return 0;
}

int access_new(const char *file, struct access **ret_access)
{
	struct access *access = calloc(1, sizeof(*access));
	int r = access ? verifier_start(&access->verifier) : -ENOMEM;

	if (!r && gnutls_rnd(GNUTLS_RND_KEY, access->key, sizeof(access->key)))
		r = -EIO;
	if (r)
		(void)log_error(r, "cannot check passwords");
	else
		r = access_reload(access, file);
	if (r)
		access_free(access);
	else
		*ret_access = access;
	return r;
}

void access_free(struct access *access)
{
	if (!access)
		return;
	verifier_stop(access->verifier);
	explicit_bzero(access, sizeof(*access));
	free(access);
}

static void make_mac(const struct access *access, const struct credential *credential,
		     unsigned char ret_mac[PASSWORDS_MAC_BYTES])
{
	/* With the NUL between both: no other pair has the same bytes. */
	size_t len =
		(size_t)(credential->password - credential->text) + strlen(credential->password);

	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, access->key, KEY_BYTES, credential->text, len,
			     ret_mac))
		(void)gnutls_rnd(GNUTLS_RND_NONCE, ret_mac, PASSWORDS_MAC_BYTES);
}

static struct check *free_check(struct access *access)
{
	for (int i = 0; i < WAITING_MAX; i++)
		if (!access->checks[i].is_used)
			return &access->checks[i];
	return NULL;
}

static uint32_t next_id(struct access *access)
{
	if (++access->next_id == VERIFIER_TRY_ID)
		access->next_id++;
	return access->next_id;
}

static const struct sockaddr *peer_of(const struct exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? info->client_addr : NULL;
}

static enum access_verdict ask(struct access *access, struct exchange *exchange,
			       const struct credential *credential,
			       const unsigned char mac[PASSWORDS_MAC_BYTES])
{
	struct password_user *user = passwords_find(&access->users, credential->name);
	const char *hash = user ? user->hash : access->users.items[0].hash;
	struct check *check = free_check(access);
	uint32_t id;
	int r;

	if (!check || !bucket_take(&access->buckets, peer_of(exchange), clock_mono_ns()))
		return ACCESS_TOO_OFTEN;
	id = next_id(access);
	r = verifier_ask(access->verifier, id, credential->password, hash);
	if (r)
		return r == -EINVAL ? ACCESS_DENIED : ACCESS_FAILED;
	*check = (struct check){ .is_used = true, .id = id, .exchange = exchange, .user = user };
	memcpy(check->mac, mac, PASSWORDS_MAC_BYTES);
	exchange->check = check;
	MHD_suspend_connection(exchange->connection);
	return ACCESS_WAITS;
}

static enum access_verdict check_credential(struct access *access, struct exchange *exchange)
{
	const char *header = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_AUTHORIZATION);
	unsigned char mac[PASSWORDS_MAC_BYTES];
	struct credential credential;
	enum access_verdict verdict = ACCESS_DENIED;
	const struct password_user *user;

	if (credential_parse(header, &credential))
		return ACCESS_DENIED;
	make_mac(access, &credential, mac);
	user = passwords_find(&access->users, credential.name);
	if (user && user->has_mac && gnutls_memcmp(user->mac, mac, sizeof(mac)) == 0)
		verdict = ACCESS_GRANTED;
	else
		verdict =
			access->is_broken ? ACCESS_FAILED : ask(access, exchange, &credential, mac);
	explicit_bzero(&credential, sizeof(credential));
	return verdict;
}

enum access_verdict access_check(struct access *access, struct exchange *exchange)
{
	const struct check *check = exchange->check;

	if (!check)
		return check_credential(access, exchange);
	return check->is_answered ? check->verdict : ACCESS_FAILED;
}

void access_forget(struct access *access, struct exchange *exchange)
{
	struct check *check = exchange->check;

	(void)access;
	if (!check)
		return;
	exchange->check = NULL;
	check->exchange = NULL;
	/* Its place is free once the answer is there. */
	check->is_used = !check->is_answered;
}

int access_fd(const struct access *access)
{
	return verifier_fd(access->verifier);
}

static void settle(struct check *check, enum access_verdict verdict)
{
	check->is_answered = true;
	check->verdict = verdict;
	if (check->exchange)
		MHD_resume_connection(check->exchange->connection);
	else
		check->is_used = false;
}

static void take(struct access *access, const struct verifier_answer *answer)
{
	for (int i = 0; i < WAITING_MAX; i++) {
		struct check *check = &access->checks[i];
		bool is_right = answer->is_right && check->user;

		if (!check->is_used || check->is_answered || check->id != answer->id)
			continue;
		if (is_right) {
			memcpy(check->user->mac, check->mac, PASSWORDS_MAC_BYTES);
			check->user->has_mac = true;
		}
		settle(check, is_right		       ? ACCESS_GRANTED
			      : answer->is_over_bounds ? ACCESS_FAILED
						       : ACCESS_DENIED);
		return;
	}
}

void access_let_go(struct access *access)
{
	for (int i = 0; i < WAITING_MAX; i++)
		if (access->checks[i].is_used && !access->checks[i].is_answered)
			settle(&access->checks[i], ACCESS_FAILED);
}

void access_run(struct access *access)
{
	struct verifier_answer answer;
	int r = 0;

	while (!access->is_broken && !(r = verifier_take(access->verifier, &answer)))
		take(access, &answer);
	if (r != -EPIPE)
		return;
	log_warning("passwords cannot be checked any more: the process that did is gone");
	access->is_broken = true;
	access_let_go(access);
}
