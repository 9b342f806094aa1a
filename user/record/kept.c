/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/kept.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct line {
	struct line *next;
	size_t len;
	char text[];
};

struct kept {
	size_t bytes_max; /* 0 = none */
	pthread_mutex_t lock; /* of all below */
	struct line *oldest; /* owned */
	struct line *newest;
	size_t bytes;
	uint64_t dropped;
};

int kept_new(size_t bytes_max, struct kept **ret_kept)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		return -ENOMEM;
	(void)pthread_mutex_init(&kept->lock, NULL);
	kept->bytes_max = bytes_max;
	*ret_kept = kept;
	return 0;
}

static void drop_oldest(struct kept *kept)
{
	struct line *line = kept->oldest;

	kept->oldest = line->next;
	if (!kept->oldest)
		kept->newest = NULL;
	kept->bytes -= line->len;
	free(line);
}

void kept_free(struct kept *kept)
{
	if (!kept)
		return;
	while (kept->oldest)
		drop_oldest(kept);
	(void)pthread_mutex_destroy(&kept->lock);
	free(kept);
}

static void append(struct kept *kept, struct line *line)
{
	line->next = NULL;
	if (kept->newest)
		kept->newest->next = line;
	else
		kept->oldest = line;
	kept->newest = line;
	kept->bytes += line->len;
	while (kept->oldest && kept->bytes_max && kept->bytes > kept->bytes_max) {
		drop_oldest(kept);
		kept->dropped++;
	}
}

void kept_add(struct kept *kept, const char *record, size_t len, bool is_line)
{
	struct line *line = malloc(sizeof(*line) + len + is_line);

	if (!line) {
		kept_miss(kept);
		return;
	}
	memcpy(line->text, record, len);
	if (is_line)
		line->text[len] = '\n';
	line->len = len + is_line;
	(void)pthread_mutex_lock(&kept->lock);
	append(kept, line);
	(void)pthread_mutex_unlock(&kept->lock);
}

void kept_miss(struct kept *kept)
{
	(void)pthread_mutex_lock(&kept->lock);
	kept->dropped++;
	(void)pthread_mutex_unlock(&kept->lock);
}

int kept_take(struct kept *kept, char **ret_text, size_t *ret_len)
{
	size_t len = 0;
	char *text;

	(void)pthread_mutex_lock(&kept->lock);
	text = malloc(kept->bytes + 1);
	while (text && kept->oldest) {
		memcpy(text + len, kept->oldest->text, kept->oldest->len);
		len += kept->oldest->len;
		drop_oldest(kept);
	}
	(void)pthread_mutex_unlock(&kept->lock);
	if (!text)
		return -ENOMEM;
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

uint64_t kept_dropped(struct kept *kept)
{
	uint64_t dropped;

	(void)pthread_mutex_lock(&kept->lock);
	dropped = kept->dropped;
	(void)pthread_mutex_unlock(&kept->lock);
	return dropped;
}
