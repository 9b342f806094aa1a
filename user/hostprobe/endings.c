/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "hostprobe/endings.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define UNREAD UINT64_MAX /* a total that never is */

void endings_done(struct endings *endings)
{
	free(endings->items);
	*endings = (struct endings){ 0 };
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_row(const void *a, const void *b)
{
	const struct host_key *one = &((const struct hostprobe_ending *)a)->key;
	const struct host_key *other = &((const struct hostprobe_ending *)b)->key;
	int order = compare_u64(one->cgroup_id, other->cgroup_id);

	if (!order)
		order = compare_u64(one->uid, other->uid);
	if (!order)
		order = memcmp(one->comm, other->comm, sizeof(one->comm));
	return order ? order : compare_u64(one->end, other->end);
}

/* Without deleting: that would lose what is added between. */
static int read_map(int map_fd, struct host_key *keys, uint64_t *counts, uint32_t *ret_count)
{
	DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, options);
	uint32_t position, count = HOST_ENDS_MAX;

	/* Its end is told as an error. */
	if (bpf_map_lookup_batch(map_fd, NULL, &position, keys, counts, &count, &options) &&
	    errno != ENOENT)
		return -errno;
	*ret_count = count;
	return 0;
}

static void compare_with(struct hostprobe_ending *item, const struct endings *before)
{
	const struct hostprobe_ending *old =
		before->count ? bsearch(item, before->items, before->count, sizeof(*item), by_row)
			      : NULL;

	item->added = item->count - (old && old->count <= item->count ? old->count : 0);
}

int endings_take(struct endings *endings, int map_fd, uint64_t total)
{
	AUTO_FREE struct hostprobe_ending *items = NULL;
	AUTO_FREE struct host_key *keys = NULL;
	AUTO_FREE uint64_t *counts = NULL;
	uint32_t count = 0;
	int r;

	for (size_t i = 0; i < endings->count; i++)
		endings->items[i].added = 0;
	if (total == endings->total)
		return 0;
	items = calloc(HOST_ENDS_MAX, sizeof(*items));
	keys = calloc(HOST_ENDS_MAX, sizeof(*keys));
	counts = calloc(HOST_ENDS_MAX, sizeof(*counts));
	if (!items || !keys || !counts)
		return -ENOMEM;
	r = read_map(map_fd, keys, counts, &count);
	if (r)
		return r;
	for (uint32_t i = 0; i < count; i++) {
		items[i] = (struct hostprobe_ending){ .key = keys[i], .count = counts[i] };
		compare_with(&items[i], endings);
	}
	qsort(items, count, sizeof(*items), by_row);
	endings_done(endings);
	*endings = (struct endings){ .items = TAKE(items), .count = count, .total = total };
	return 0;
}

int endings_forget(struct endings *endings, int map_fd, uint64_t cgroup_id)
{
	for (size_t i = 0; i < endings->count; i++) {
		const struct host_key *key = &endings->items[i].key;

		if (key->cgroup_id != cgroup_id)
			continue;
		endings->total = UNREAD;
		if (bpf_map_delete_elem(map_fd, key) && errno != ENOENT)
			return -errno;
	}
	return 0;
}
