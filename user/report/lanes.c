/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/lanes.h"

#include <errno.h>
#include <stdlib.h>

struct lanes_row {
	int64_t end;
	size_t row;
};

int lanes_init(struct lanes *lanes, size_t count)
{
	*lanes = (struct lanes){ .busy = calloc(count + 1, sizeof(*lanes->busy)) };
	lanes->idle = calloc(count + 1, sizeof(*lanes->idle));
	return lanes->busy && lanes->idle ? 0 : -ENOMEM;
}

void lanes_done(struct lanes *lanes)
{
	free(lanes->busy);
	free(lanes->idle);
}

static void add_busy(struct lanes *lanes, struct lanes_row added)
{
	struct lanes_row *heap = lanes->busy;
	size_t at = lanes->busy_count++;

	for (; at && added.end < heap[(at - 1) / 2].end; at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = added;
}

static size_t take_busy(struct lanes *lanes)
{
	struct lanes_row *heap = lanes->busy;
	size_t row = heap[0].row;
	struct lanes_row last = heap[--lanes->busy_count];
	size_t at = 0;

	for (size_t child = 1; child < lanes->busy_count; child = 2 * at + 1) {
		if (child + 1 < lanes->busy_count && heap[child + 1].end < heap[child].end)
			child++;
		if (last.end <= heap[child].end)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = last;
	return row;
}

static void add_idle(struct lanes *lanes, size_t row)
{
	size_t *heap = lanes->idle;
	size_t at = lanes->idle_count++;

	for (; at && row < heap[(at - 1) / 2]; at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = row;
}

static size_t take_idle(struct lanes *lanes)
{
	size_t *heap = lanes->idle;
	size_t row = heap[0];
	size_t last = heap[--lanes->idle_count];
	size_t at = 0;

	for (size_t child = 1; child < lanes->idle_count; child = 2 * at + 1) {
		if (child + 1 < lanes->idle_count && heap[child + 1] < heap[child])
			child++;
		if (last <= heap[child])
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = last;
	return row;
}

size_t lanes_take(struct lanes *lanes, int64_t start, int64_t end)
{
	size_t row;

	while (lanes->busy_count && lanes->busy[0].end <= start)
		add_idle(lanes, take_busy(lanes));
	row = lanes->idle_count ? take_idle(lanes) : lanes->busy_count;
	add_busy(lanes, (struct lanes_row){ end, row });
	return row;
}
