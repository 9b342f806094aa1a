/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Files that are named one by one, by patterns, or by the folder that they are in. */
#ifndef DENET_CLI_FILE_LIST_H
#define DENET_CLI_FILE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "util/names.h"

struct file_list {
	const char **paths; /* owned, not so what they point to */
	size_t count;
	size_t room;
	struct names found; /* those that nobody else has */
	size_t lost; /* that were told on the way, as they lead to nothing */
};

/* A zeroed struct is empty. */
void file_list_done(struct file_list *list);
static inline void file_list_freep(struct file_list *list)
{
	file_list_done(list);
}

/* No file is called so, and there is a *, ? or [ in it. */
bool file_list_is_pattern(const char *word);

/* A file, borrowed; or those that match a pattern as of a shell, in the order of their names. */
int file_list_add(struct file_list *list, const char *word);

/* All below the folder whose name says that they are records, in the order of their names. */
int file_list_add_folder(struct file_list *list, const char *folder);

#endif
