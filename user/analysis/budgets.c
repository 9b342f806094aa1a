/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A list of budgets, from words and from files: denet/budget.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/budget.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/parse.h"
#include "util/sized.h"

#define FILE_BYTES_MAX (1u << 20)
#define READ_BYTES 4096

struct entry {
	struct expression expression;
	char *text; /* owned */
};

struct denet_budgets {
	struct entry *entries; /* owned */
	size_t count;
};

int denet_budgets_new(struct denet_budgets **ret_budgets)
{
	struct denet_budgets *budgets = calloc(1, sizeof(*budgets));

	if (!budgets)
		return -ENOMEM;
	*ret_budgets = budgets;
	return 0;
}

void denet_budgets_free(struct denet_budgets *budgets)
{
	if (!budgets)
		return;
	for (size_t i = 0; i < budgets->count; i++)
		free(budgets->entries[i].text);
	free(budgets->entries);
	free(budgets);
}

size_t denet_budgets_count(const struct denet_budgets *budgets)
{
	return budgets->count;
}

static int keep(struct denet_budgets *budgets, const struct expression *expression,
		const char *text)
{
	size_t len = expression->end - expression->start;
	AUTO_FREE char *copy = strndup(text + expression->start, len);
	struct entry *entries;

	if (!copy)
		return -ENOMEM;
	entries = array_resize(budgets->entries, budgets->count + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	budgets->entries = entries;
	entries[budgets->count++] = (struct entry){ .expression = *expression, .text = TAKE(copy) };
	return 0;
}

static int add(struct denet_budgets *budgets, struct parse_span text, struct denet_error *error)
{
	struct expression expression;
	int r = expression_parse(text.at, text.len, &expression, error);

	if (r)
		return r;
	r = keep(budgets, &expression, text.at);
	return r ? error_set(error, r, "%s", strerror(-r)) : 0;
}

int denet_budgets_add(struct denet_budgets *budgets, const char *expression,
		      struct denet_error *error)
{
	return add(budgets, parse_span_of(expression), error);
}

static int read_all(const char *path, struct buf *text)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	for (;;) {
		if (buf_reserve(text, READ_BYTES))
			return text->error;
		n = read(fd, text->data + text->len, READ_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		text->len += (size_t)n;
		if (text->len > FILE_BYTES_MAX)
			return -EFBIG;
	}
}

/* What stands in the line comes after where it stands: that is what a long one loses. */
static int refuse_line(struct denet_error *error, int r, size_t line, const struct denet_error *why)
{
	return error_set(error, r, "line %zu: %.230s", line, why->text);
}

int denet_budgets_add_file(struct denet_budgets *budgets, const char *path,
			   struct denet_error *error)
{
	struct denet_error why = { .size = sizeof(why) };
	AUTO(buf) struct buf text = { 0 };
	struct parse_span rest, line;
	size_t number = 0;
	int r = read_all(path, &text);

	if (r)
		return error_set(error, r == -EINVAL ? -EIO : r, "%s", strerror(-r));
	rest = (struct parse_span){ text.data, text.len };
	while (parse_take_line(&rest, &line)) {
		number++;
		r = add(budgets, line, &why);
		if (r && r != -ENODATA)
			return refuse_line(error, r, number, &why);
	}
	return 0;
}

int denet_budgets_check(const struct denet_budgets *budgets, size_t index,
			const struct denet_summary *summary, struct denet_budget *ret_budget)
{
	struct denet_budget budget = { .size = sizeof(budget) };

	if (index >= budgets->count)
		return -EINVAL;
	budget_judge(&budgets->entries[index].expression, summary, &budget);
	budget.expression = budgets->entries[index].text;
	sized_give(ret_budget, &budget, sizeof(budget));
	return 0;
}
