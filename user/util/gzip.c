/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/gzip.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "util/buf.h"

#define CHUNK_BYTES 65536
#define WINDOW_BITS (MAX_WBITS + 16) /* gzip's frame */
#define MEMORY_LEVEL 8 /* zlib's usual */

struct gzip {
	z_stream stream;
};

struct gzip_unpack {
	z_stream stream;
	int fd; /* borrowed */
	bool is_within; /* a member that has begun has not ended */
	bool is_over;
	bool is_damaged; /* what it holds further on cannot be known */
	unsigned char in[CHUNK_BYTES];
};

bool gzip_is_name(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && strcmp(path + len - 3, ".gz") == 0;
}

bool gzip_is_magic(const char *bytes, size_t len)
{
	return len >= 2 && !memcmp(bytes, "\x1f\x8b", 2);
}

static int new_of(int level, struct gzip **ret_gzip)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	if (!gzip)
		return -ENOMEM;
	if (deflateInit2(&gzip->stream, level, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK) {
		free(gzip);
		return -ENOMEM;
	}
	*ret_gzip = gzip;
	return 0;
}

int gzip_new(struct gzip **ret_gzip)
{
	return new_of(Z_DEFAULT_COMPRESSION, ret_gzip);
}

int gzip_new_fast(struct gzip **ret_gzip)
{
	return new_of(Z_BEST_SPEED, ret_gzip);
}

void gzip_free(struct gzip *gzip)
{
	if (!gzip)
		return;
	(void)deflateEnd(&gzip->stream);
	free(gzip);
}

int gzip_pack(struct gzip *gzip, const char *text, size_t len, bool is_last, struct buf *packed)
{
	z_stream *stream = &gzip->stream;
	unsigned char out[4096];

	if (!len && !is_last)
		return 0;
	/* zlib reads it only, and takes less than 4 GiB at once, which no sample comes near. */
	stream->next_in = (unsigned char *)(uintptr_t)text;
	stream->avail_in = (unsigned int)len;
	do {
		stream->next_out = out;
		stream->avail_out = sizeof(out);
		(void)deflate(stream, is_last ? Z_FINISH : Z_SYNC_FLUSH);
		buf_append(packed, out, sizeof(out) - stream->avail_out);
	} while (!stream->avail_out);
	return packed->error;
}

int gzip_unpack_new(int fd, const char *bytes, size_t len, struct gzip_unpack **ret_gunzip)
{
	struct gzip_unpack *gunzip = calloc(1, sizeof(*gunzip));

	if (!gunzip)
		return -ENOMEM;
	if (inflateInit2(&gunzip->stream, WINDOW_BITS) != Z_OK) {
		free(gunzip);
		return -ENOMEM;
	}
	gunzip->fd = fd;
	memcpy(gunzip->in, bytes, len);
	gunzip->stream.next_in = gunzip->in;
	gunzip->stream.avail_in = (unsigned int)len;
	*ret_gunzip = gunzip;
	return 0;
}

void gzip_unpack_free(struct gzip_unpack *gunzip)
{
	if (!gunzip)
		return;
	(void)inflateEnd(&gunzip->stream);
	free(gunzip);
}

bool gzip_unpack_is_cut(const struct gzip_unpack *gunzip)
{
	return gunzip->is_over && gunzip->is_within;
}

bool gzip_unpack_is_damaged(const struct gzip_unpack *gunzip)
{
	return gunzip->is_damaged;
}

static int refill(struct gzip_unpack *gunzip)
{
	ssize_t count;

	do {
		count = read(gunzip->fd, gunzip->in, sizeof(gunzip->in));
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	gunzip->stream.next_in = gunzip->in;
	gunzip->stream.avail_in = (unsigned int)count;
	gunzip->is_over = !count;
	return 0;
}

/* One step; a member that ends may be followed by another. */
static int inflate_some(struct gzip_unpack *gunzip)
{
	z_stream *stream = &gunzip->stream;
	int r = inflate(stream, Z_NO_FLUSH);

	if (r == Z_MEM_ERROR)
		return -ENOMEM;
	gunzip->is_within = r != Z_STREAM_END;
	if (r == Z_STREAM_END)
		(void)inflateReset(stream);
	/* What is damaged cannot be read on. */
	else if (r != Z_OK && r != Z_BUF_ERROR)
		gunzip->is_over = gunzip->is_damaged = true;
	return 0;
}

int gzip_unpack_read(struct gzip_unpack *gunzip, char *text, size_t size, size_t *ret_len)
{
	z_stream *stream = &gunzip->stream;
	int r = 0;

	stream->next_out = (unsigned char *)text;
	stream->avail_out = (unsigned int)size;
	while (!r && !gunzip->is_over && stream->avail_out == size) {
		if (!stream->avail_in)
			r = refill(gunzip);
		if (!r && stream->avail_in)
			r = inflate_some(gunzip);
	}
	*ret_len = size - stream->avail_out;
	return r;
}
