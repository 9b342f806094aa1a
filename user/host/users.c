/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define USERS_MAX 100000

struct user {
	uint32_t uid;
	char name[USERS_NAME_BYTES];
};

void users_done(struct users *users)
{
	free(users->items);
	*users = (struct users){ 0 };
}

/* NAME:PASSWORD:UID:... */
static bool parse_line(struct parse_span line, struct user *ret_user)
{
	struct parse_span name, password;
	uint64_t uid;

	if (!parse_take_until(&line, ':', &name) || !parse_take_until(&line, ':', &password) ||
	    !parse_take_u64(&line, &uid) || uid > UINT32_MAX || !line.len || *line.at != ':' ||
	    !name.len || name.len >= USERS_NAME_BYTES)
		return false;
	*ret_user = (struct user){ .uid = (uint32_t)uid };
	memcpy(ret_user->name, name.at, name.len);
	return true;
}

static int add(struct users *users, const struct user *user)
{
	struct user *items;

	/* Room for a power of two. */
	if ((users->count & (users->count - 1)) == 0) {
		items = array_resize(users->items, users->count ? 2 * users->count : 1,
				     sizeof(*items));
		if (!items)
			return -ENOMEM;
		users->items = items;
	}
	users->items[users->count++] = *user;
	return 0;
}

static int by_uid(const void *a, const void *b)
{
	const struct user *one = a, *other = b;

	return one->uid < other->uid ? -1 : one->uid > other->uid;
}

int users_read(struct users *users, const char *file)
{
	FILE *stream = fopen(file, "re");
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	ssize_t len = 0;
	int r = 0;

	users_done(users);
	while (stream && !r && users->count < USERS_MAX &&
	       (len = getline(&line, &room, stream)) > 0) {
		struct user user;

		if (parse_line((struct parse_span){ line, (size_t)len }, &user))
			r = add(users, &user);
	}
	if (stream)
		(void)fclose(stream);
	if (users->count)
		qsort(users->items, users->count, sizeof(*users->items), by_uid);
	return r;
}

void users_name(const struct users *users, uint32_t uid, char ret_name[USERS_NAME_BYTES])
{
	const struct user wanted = { .uid = uid };
	const struct user *user =
		users->count ? bsearch(&wanted, users->items, users->count, sizeof(wanted), by_uid)
			     : NULL;

	if (user)
		(void)snprintf(ret_name, USERS_NAME_BYTES, "%s", user->name);
	else
		(void)snprintf(ret_name, USERS_NAME_BYTES, "#%u", uid);
}
