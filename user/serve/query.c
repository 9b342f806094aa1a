/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/query.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util/suggest.h"

__attribute__((format(printf, 2, 3))) static int refuse(char error[QUERY_ERROR_BYTES],
							const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, QUERY_ERROR_BYTES, format, args);
	va_end(args);
	return -EINVAL;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place: %41 and + become what they stand for. A NUL would cut what follows. */
static bool decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '%') {
			int high = digit_of(text[1]), low = high < 0 ? -1 : digit_of(text[2]);

			if (low < 0 || !(high | low))
				return false;
			*to++ = (char)(high << 4 | low);
			text += 2;
		} else {
			*to++ = *text == '+' ? ' ' : *text;
		}
	}
	*to = '\0';
	return true;
}

static int add_param(struct query *query, char *part, char *error)
{
	char *equals = strchr(part, '=');
	char *value = equals ? equals + 1 : part + strlen(part);

	if (equals)
		*equals = '\0';
	if (!decode(part) || !decode(value))
		return refuse(error, "the query has a %% without two hexadecimal digits");
	if (!*part)
		return refuse(error, "the query has a value without a name");
	if (query_value(query, part))
		return refuse(error, "'%.60s' is given twice", part);
	if (query->count == QUERY_PARAMS_MAX)
		return refuse(error, "more than %d parameters are given", QUERY_PARAMS_MAX);
	query->params[query->count++] = (struct query_param){ part, value };
	return 0;
}

static int add_params(struct query *query, char *text, char *error)
{
	char *part;
	int r = 0;

	while (text && !r) {
		part = text;
		text = strchr(text, '&');
		if (text)
			*text++ = '\0';
		if (*part)
			r = add_param(query, part, error);
	}
	return r;
}

int query_parse(const char *uri, struct query *ret_query, char ret_error[QUERY_ERROR_BYTES])
{
	size_t len = strlen(uri);
	char *mark;

	ret_query->count = 0;
	if (len >= sizeof(ret_query->text))
		return refuse(ret_error, "path and query are longer than %d bytes",
			      QUERY_BYTES - 1);
	if (*uri != '/')
		return refuse(ret_error, "a path begins with /");
	memcpy(ret_query->text, uri, len + 1);
	ret_query->path = ret_query->text;
	mark = strchr(ret_query->text, '?');
	if (!mark)
		return 0;
	*mark = '\0';
	return add_params(ret_query, mark + 1, ret_error);
}

const char *query_value(const struct query *query, const char *name)
{
	for (size_t i = 0; i < query->count; i++)
		if (strcmp(query->params[i].name, name) == 0)
			return query->params[i].value;
	return NULL;
}

int query_check(const struct query *query, const char *const names[],
		char ret_error[QUERY_ERROR_BYTES])
{
	size_t known = 0;

	while (names[known])
		known++;
	for (size_t i = 0; i < query->count; i++) {
		const char *name = query->params[i].name;
		const char *nearest = suggest_nearest(name, names, known);
		size_t at = 0;

		while (at < known && strcmp(names[at], name) != 0)
			at++;
		if (at < known)
			continue;
		return refuse(ret_error, "unknown parameter '%.60s'%s%s%s", name,
			      nearest ? ", did you mean '" : "", nearest ? nearest : "",
			      nearest ? "'?" : "");
	}
	return 0;
}
