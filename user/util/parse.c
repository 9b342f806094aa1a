/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/parse.h"
#include "util/units.h"

#include <errno.h>

#define FRACTION_DIGITS 9

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static void advance(struct parse_span *span, size_t len)
{
	span->at += len;
	span->len -= len;
}

static void skip_blanks(struct parse_span *span)
{
	while (span->len > 0 && is_blank(*span->at))
		advance(span, 1);
}

/* 0, -EINVAL without a digit, -ERANGE when the number does not fit. */
static int take_digits(struct parse_span *span, uint64_t *ret_value)
{
	struct parse_span rest = *span;
	uint64_t value = 0;

	if (rest.len == 0 || !is_digit(*rest.at))
		return -EINVAL;

	for (; rest.len > 0 && is_digit(*rest.at); advance(&rest, 1)) {
		if (__builtin_mul_overflow(value, 10ull, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*rest.at - '0'), &value))
			return -ERANGE;
	}

	*span = rest;
	*ret_value = value;
	return 0;
}

static bool is_all_digits(struct parse_span span)
{
	while (span.len > 0 && is_digit(*span.at))
		advance(&span, 1);
	return span.len == 0;
}

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value)
{
	struct parse_span span = parse_span_of(text);
	uint64_t value;
	int err;

	if (span.len == 0 || !is_all_digits(span))
		return -EINVAL;

	err = take_digits(&span, &value);
	if (err)
		return err;
	if (value < min || value > max)
		return -ERANGE;

	*ret_value = value;
	return 0;
}

/* Digits after the point as a number of 10^-digits; is_inexact tells of further ones above 0. */
static uint64_t take_fraction(struct parse_span *span, int digits, bool *ret_is_inexact)
{
	uint64_t value = 0;

	*ret_is_inexact = false;
	for (; span->len > 0 && is_digit(*span->at); advance(span, 1)) {
		if (digits-- > 0)
			value = value * 10 + (uint64_t)(*span->at - '0');
		else if (*span->at != '0')
			*ret_is_inexact = true;
	}
	while (digits-- > 0)
		value *= 10;
	return value;
}

/* Digits with at most one point among them. */
static bool is_decimal(struct parse_span span)
{
	size_t digits = 0;
	size_t points = 0;

	for (; span.len > 0; advance(&span, 1)) {
		if (is_digit(*span.at))
			digits++;
		else if (*span.at == '.')
			points++;
		else
			return false;
	}
	return digits > 0 && points <= 1;
}

int parse_seconds(const char *text, uint64_t *ret_ns)
{
	struct parse_span span = parse_span_of(text);
	uint64_t fraction_ns = 0;
	uint64_t ns = 0;
	bool is_inexact = false;

	if (!is_decimal(span))
		return -EINVAL;

	if (*span.at != '.' && take_digits(&span, &ns))
		return -ERANGE;
	if (parse_take_literal(&span, "."))
		fraction_ns = take_fraction(&span, FRACTION_DIGITS, &is_inexact);
	if (__builtin_mul_overflow(ns, NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, fraction_ns + is_inexact, &ns))
		return -ERANGE;

	*ret_ns = ns;
	return 0;
}

bool parse_take_until(struct parse_span *span, char byte, struct parse_span *ret_part)
{
	const char *end;

	if (span->len == 0)
		return false;

	end = memchr(span->at, byte, span->len);
	ret_part->at = span->at;
	ret_part->len = end ? (size_t)(end - span->at) : span->len;
	advance(span, ret_part->len + (end ? 1 : 0));
	return true;
}

bool parse_take_word(struct parse_span *span, struct parse_span *ret_word)
{
	struct parse_span rest = *span;
	size_t len = 0;

	skip_blanks(&rest);
	while (len < rest.len && !is_blank(rest.at[len]))
		len++;
	if (len == 0)
		return false;

	ret_word->at = rest.at;
	ret_word->len = len;
	advance(&rest, len);
	*span = rest;
	return true;
}

bool parse_take_u64(struct parse_span *span, uint64_t *ret_value)
{
	struct parse_span rest = *span;

	skip_blanks(&rest);
	if (take_digits(&rest, ret_value))
		return false;

	*span = rest;
	return true;
}

bool parse_take_hundredths(struct parse_span *span, uint64_t *ret_hundredths)
{
	struct parse_span rest = *span;
	uint64_t fraction = 0;
	uint64_t value;
	bool is_inexact;

	if (!parse_take_u64(&rest, &value))
		return false;
	if (parse_take_literal(&rest, "."))
		fraction = take_fraction(&rest, 2, &is_inexact);
	if (__builtin_mul_overflow(value, 100ull, &value) ||
	    __builtin_add_overflow(value, fraction, &value))
		return false;

	*span = rest;
	*ret_hundredths = value;
	return true;
}

bool parse_take_literal(struct parse_span *span, const char *literal)
{
	size_t len = strlen(literal);

	if (span->len < len || memcmp(span->at, literal, len))
		return false;

	advance(span, len);
	return true;
}

bool parse_span_equals(struct parse_span span, const char *text)
{
	return span.len == strlen(text) && !memcmp(span.at, text, span.len);
}

struct parse_span parse_span_trim(struct parse_span span)
{
	while (span.len > 0 && (is_blank(*span.at) || *span.at == '\n'))
		advance(&span, 1);
	while (span.len > 0 && (is_blank(span.at[span.len - 1]) || span.at[span.len - 1] == '\n'))
		span.len--;
	return span;
}
