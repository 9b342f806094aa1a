/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "rights/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rights/environment.h"
#include "util/cleanup.h"
#include "util/parse.h"

/* The last number stands for "no change" in system calls. */
#define UID_LIMIT (UINT32_MAX - 1)
#define ENTRY_BYTES_FIRST 1024
#define ENTRY_BYTES_LIMIT (1u << 20)
#define GROUPS_FIRST 32
#define GROUPS_LIMIT 65536 /* the kernel's own */

static int look_up(const char *text, struct passwd *ret_entry, char *room, size_t size)
{
	struct passwd *found = NULL;
	uint64_t uid = 0;
	int error;

	if (text[0] == '#' && parse_u64(text + 1, 0, UID_LIMIT, &uid))
		return -ENOENT;
	if (text[0] == '#')
		error = getpwuid_r((uid_t)uid, ret_entry, room, size, &found);
	else
		error = getpwnam_r(text, ret_entry, room, size, &found);
	if (found)
		return 0;
	/* The sources of names disagree on how to say that there is none. */
	if (error == ERANGE || error == ENOMEM || error == EIO || error == EMFILE)
		return -error;
	return -ENOENT;
}

/* The count of an account's groups is not known beforehand. */
static int find_groups(const char *name, struct denet_user *user)
{
	int room = GROUPS_FIRST;

	while (room <= GROUPS_LIMIT) {
		AUTO_FREE gid_t *groups = calloc((size_t)room, sizeof(*groups));
		int count = room;

		if (!groups)
			return -ENOMEM;
		if (getgrouplist(name, user->gid, groups, &count) >= 0) {
			user->groups = TAKE(groups);
			user->groups_count = (size_t)count;
			return 0;
		}
		room = count > room ? count : room * 2;
	}
	return -E2BIG;
}

static int copy_entry(const struct passwd *entry, struct account *ret_account)
{
	struct account account = {
		.user = { .uid = entry->pw_uid, .gid = entry->pw_gid },
		.name = strdup(entry->pw_name),
		.home = strdup(entry->pw_dir),
		.shell = strdup(*entry->pw_shell ? entry->pw_shell : "/bin/sh"),
	};
	int r = -ENOMEM;

	if (account.name && account.home && account.shell)
		r = find_groups(account.name, &account.user);
	if (r)
		account_done(&account);
	else
		*ret_account = account;
	return r;
}

int account_find(const char *text, struct account *ret_account)
{
	for (size_t size = ENTRY_BYTES_FIRST; size <= ENTRY_BYTES_LIMIT; size *= 4) {
		AUTO_FREE char *room = malloc(size);
		struct passwd entry;
		int r = room ? look_up(text, &entry, room, size) : -ENOMEM;

		if (r == 0)
			r = copy_entry(&entry, ret_account);
		if (r != -ERANGE)
			return r;
	}
	return -ERANGE;
}

void account_done(struct account *account)
{
	gid_t *groups;

	memcpy(&groups, &account->user.groups, sizeof(groups));
	free(groups);
	free(account->name);
	free(account->home);
	free(account->shell);
}

static int set_mailbox(const struct account *account)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "/var/mail/%s", account->name) < 0)
		return -ENOMEM;
	return setenv("MAIL", path, 1) ? -errno : 0;
}

int account_enter_environment(const struct account *account, bool is_clean)
{
	int r = is_clean ? environment_reset() : 0;

	if (!r && is_clean)
		r = set_mailbox(account);
	if (r)
		return r;
	if (setenv("HOME", account->home, 1) || setenv("SHELL", account->shell, 1) ||
	    setenv("USER", account->name, 1) || setenv("LOGNAME", account->name, 1))
		return -errno;
	return 0;
}
