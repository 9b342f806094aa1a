/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Strict numbers, from strings and from the middle of buffers. No locale, no floating point. */
#ifndef DENET_UTIL_PARSE_H
#define DENET_UTIL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The whole string must be decimal digits: no sign, blank or prefix. -EINVAL when it is not,
 * -ERANGE when the number is not within min and max.
 */
int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value);

/*
 * Seconds as "10", "1.5" or ".5". What is finer than a nanosecond is rounded up, so that only zero
 * gives 0. -EINVAL, or -ERANGE when the nanoseconds do not fit.
 */
int parse_seconds(const char *text, uint64_t *ret_ns);

/* What is left of a buffer, which need not end with NUL. The takers below advance it. */
struct parse_span {
	const char *at;
	size_t len;
};

static inline struct parse_span parse_span_of(const char *text)
{
	return (struct parse_span){ text, strlen(text) };
}

/* Splits at the byte, which goes to neither part. False when nothing is left. */
bool parse_take_until(struct parse_span *span, char byte, struct parse_span *ret_part);

/* False when nothing is left; the last line may lack its newline. */
static inline bool parse_take_line(struct parse_span *span, struct parse_span *ret_line)
{
	return parse_take_until(span, '\n', ret_line);
}

/* Blanks and tabs separate words. False when none is left. */
bool parse_take_word(struct parse_span *span, struct parse_span *ret_word);

/* Digits, after optional blanks. False, and nothing taken, when none stand there or too many. */
bool parse_take_u64(struct parse_span *span, uint64_t *ret_value);

/* "12.34" in hundredths, further digits cut off. */
bool parse_take_hundredths(struct parse_span *span, uint64_t *ret_hundredths);

/* False, and nothing taken, when the span does not begin with it. */
bool parse_take_literal(struct parse_span *span, const char *literal);

bool parse_span_equals(struct parse_span span, const char *text);

/* Without blanks, tabs and newlines at both ends. */
struct parse_span parse_span_trim(struct parse_span span);

#endif
