/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A file that is looked at before there is something to write, and gets one text at once then, from
 * whoever may have laid down his rights meanwhile.
 */
#ifndef DENET_UTIL_OUTFILE_H
#define DENET_UTIL_OUTFILE_H

#include <stdbool.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "util/buf.h"

struct outfile {
	char *target; /* owned: what a file beside it becomes in the end; NULL when fd is written to */
	mode_t mode; /* of an older one; 0 when there was none */
	int fd; /* -1 when target is replaced */
	bool owns_fd;
	bool is_emptied; /* of fd: what was there goes first */
};

#define OUTFILE_NONE     \
	(struct outfile) \
	{                \
		.fd = -1 \
	}

/*
 * Where it can be without any capability, a new file takes the place of an older one, so that nobody sees
 * half of it. Otherwise, and for what is no file, or another's, or has other names, the older one is opened
 * now and written over. "-" is stdout.
 */
int outfile_open(const char *path, struct outfile *ret_file);

/* To be written at the end of what is there. */
int outfile_open_to_append(const char *path, struct outfile *ret_file);

/* The whole text; of the older one nothing is lost when this fails while the new one is written. */
int outfile_write(struct outfile *file, const struct buf *text);

void outfile_done(struct outfile *file);

#endif
