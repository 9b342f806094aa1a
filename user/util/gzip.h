/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Text to gzip and back, piece by piece; a file that is cut off is readable up to there. */
#ifndef DENET_UTIL_GZIP_H
#define DENET_UTIL_GZIP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct gzip_unpack;
struct gzip;

/* That such a file is wanted. */
bool gzip_is_name(const char *path);
/* The first bytes of a file are those of gzip's. */
bool gzip_is_magic(const char *bytes, size_t len);

/* -ENOMEM. */
int gzip_new(struct gzip **ret_gzip);
/* For what somebody waits for: a third of the time, and some more bytes. */
int gzip_new_fast(struct gzip **ret_gzip);
/* Accepts NULL. */
void gzip_free(struct gzip *gzip);

/* Appends all of it to packed, so that it can be read without what follows. */
int gzip_pack(struct gzip *gzip, const char *text, size_t len, bool is_last, struct buf *packed);

/* Reads fd, which is borrowed; of it the first bytes have been read already, not more than 64 KiB. */
int gzip_unpack_new(int fd, const char *bytes, size_t len, struct gzip_unpack **ret_gunzip);
/* Accepts NULL. */
void gzip_unpack_free(struct gzip_unpack *gunzip);

/* As read(). At the end of what can be read 0, also where the file is cut off or damaged. */
int gzip_unpack_read(struct gzip_unpack *gunzip, char *text, size_t size, size_t *ret_len);
bool gzip_unpack_is_cut(const struct gzip_unpack *gunzip);
bool gzip_unpack_is_damaged(const struct gzip_unpack *gunzip); /* it is cut as well, then */

#endif
