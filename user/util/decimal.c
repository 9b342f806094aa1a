/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/decimal.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOAT_DIGITS 9
#define DOUBLE_DIGITS 17

/* A value is 0.DIGITS times ten to the power of point. */
struct digits {
	char text[DOUBLE_DIGITS + 3];
	int count;
	int point;
};

size_t decimal_from_u64(uint64_t value, char *ret_text)
{
	char reversed[20];
	size_t count = 0;

	do {
		reversed[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (size_t i = 0; i < count; i++)
		ret_text[i] = reversed[count - 1 - i];
	return count;
}

size_t decimal_from_i64(int64_t value, char *ret_text)
{
	if (value >= 0)
		return decimal_from_u64(value, ret_text);
	ret_text[0] = '-';
	return 1 + decimal_from_u64(0 - (uint64_t)value, ret_text + 1);
}

/* Positional where that is short, with an exponent else. */
static size_t lay_out(const struct digits *digits, bool is_negative, char *ret_text)
{
	size_t len = 0;
	int zeros = digits->point < 0 ? -digits->point : 0;

	if (is_negative)
		ret_text[len++] = '-';
	if (digits->point < -4 || digits->point > 16) {
		ret_text[len++] = digits->text[0];
		ret_text[len++] = '.';
		if (digits->count == 1)
			ret_text[len++] = '0';
		memcpy(ret_text + len, digits->text + 1, digits->count - 1);
		len += digits->count - 1;
		ret_text[len++] = 'e';
		return len + decimal_from_i64(digits->point - 1, ret_text + len);
	}

	if (digits->point <= 0) {
		ret_text[len++] = '0';
		ret_text[len++] = '.';
		memset(ret_text + len, '0', zeros);
		len += zeros;
	}
	for (int i = 0; i < digits->count || i <= digits->point; i++) {
		if (i == digits->point && i > 0)
			ret_text[len++] = '.';
		if (i < digits->count || i < digits->point || i == digits->point)
			ret_text[len++] = i < digits->count ? digits->text[i] : '0';
	}
	return len;
}

static void strip_zeros(struct digits *digits)
{
	while (digits->count > 1 && digits->text[digits->count - 1] == '0')
		digits->count--;
}

/*
 * For 2^-10 <= value < 2^24 all of it fits into 64-bit integers: m * 10^k / 2^shift is rounded to
 * an integer for k = 0, 1, ... until it is nearer to value than to any other float.
 */
static bool find_float_digits(float value, struct digits *ret_digits)
{
	int exponent;
	uint64_t m = (uint64_t)ldexpf(frexpf(value, &exponent), 24);
	int shift = 24 - exponent;
	uint64_t power = 1;

	if (exponent < -9 || exponent > 24)
		return false;
	for (int k = 0; k <= 12; k++, power *= 10) {
		uint64_t exact = m * power;
		uint64_t n = shift ? (exact + (1ull << (shift - 1))) >> shift : exact;
		uint64_t scaled = n << shift;
		uint64_t distance = scaled > exact ? scaled - exact : exact - scaled;

		/* Below a power of two the next float is only half as far away. */
		if (m == 1u << 23 && scaled < exact)
			distance *= 2;
		if (distance * 2 < power || (distance * 2 == power && !(m & 1))) {
			ret_digits->count = (int)decimal_from_u64(n, ret_digits->text);
			ret_digits->point = ret_digits->count - k;
			strip_zeros(ret_digits);
			return n > 0;
		}
	}
	return false;
}

/* The library's own rounding to so many digits; its decimal point may be any string. */
static void round_to(double value, int count, struct digits *ret_digits)
{
	char text[64];
	const char *at;
	int found = 0;
	int exponent = 0;
	bool is_negative;

	(void)snprintf(text, sizeof(text), "%.*e", count - 1, value);
	for (at = text; *at && *at != 'e'; at++) {
		if (*at >= '0' && *at <= '9' && found < count)
			ret_digits->text[found++] = *at;
	}
	is_negative = at[0] && at[1] == '-';
	for (; *at; at++) {
		if (*at >= '0' && *at <= '9')
			exponent = exponent * 10 + (*at - '0');
	}
	ret_digits->count = found;
	ret_digits->point = (is_negative ? -exponent : exponent) + 1;
}

/* Without a point in the text no locale can misread it. */
static double read_back(const struct digits *digits, bool is_float)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%.*se%d", digits->count, digits->text,
		       digits->point - digits->count);
	return is_float ? (double)strtof(text, NULL) : strtod(text, NULL);
}

static void find_digits(double value, bool is_float, struct digits *ret_digits)
{
	int most = is_float ? FLOAT_DIGITS : DOUBLE_DIGITS;

	for (int count = 1; count <= most; count++) {
		round_to(value, count, ret_digits);
		if (read_back(ret_digits, is_float) == value)
			break;
	}
	strip_zeros(ret_digits);
}

static size_t put_zero(bool is_negative, char *ret_text)
{
	memcpy(ret_text, "-0.0", 4);
	if (!is_negative)
		memcpy(ret_text, "0.0", 3);
	return is_negative ? 4 : 3;
}

size_t decimal_from_float(float value, char *ret_text)
{
	bool is_negative = signbit(value);
	struct digits digits;

	value = fabsf(value);
	if (!(value > 0))
		return put_zero(is_negative, ret_text);
	if (!find_float_digits(value, &digits))
		find_digits((double)value, true, &digits);
	return lay_out(&digits, is_negative, ret_text);
}

size_t decimal_from_double(double value, char *ret_text)
{
	bool is_negative = signbit(value);
	struct digits digits;

	value = fabs(value);
	if (!(value > 0))
		return put_zero(is_negative, ret_text);
	find_digits(value, false, &digits);
	return lay_out(&digits, is_negative, ret_text);
}

int decimal_to_u64(const char *text, size_t len, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!len)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		unsigned int digit = (unsigned char)text[i] - (unsigned int)'0';

		if (digit > 9)
			return -EINVAL;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return -ERANGE;
	}
	*ret_value = value;
	return 0;
}

/* The exponent of a JSON number; far beyond what a double has it stays where it is. */
static long read_exponent(const char *text, size_t len)
{
	bool is_negative = len && text[0] == '-';
	long exponent = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] >= '0' && text[i] <= '9' && exponent < 100000)
			exponent = exponent * 10 + (text[i] - '0');
	}
	return is_negative ? -exponent : exponent;
}

int decimal_to_double(const char *text, size_t len, double *ret_value)
{
	char plain[64];
	size_t count = 0;
	long scale = 0;
	bool is_fraction = false;
	size_t at = len && text[0] == '-' ? 1 : 0;
	double value;

	/* 40 digits are more than any double needs; those behind them only count. */
	for (; at < len && text[at] != 'e' && text[at] != 'E'; at++) {
		if (text[at] == '.') {
			is_fraction = true;
			continue;
		}
		if (text[at] == '0' && !count) {
			scale -= is_fraction;
			continue;
		}
		if (count < 40)
			plain[count++] = text[at];
		else
			scale++;
		scale -= is_fraction;
	}
	if (at < len)
		scale += read_exponent(text + at + 1, len - at - 1);
	if (!count)
		plain[count++] = '0';

	(void)snprintf(plain + count, sizeof(plain) - count, "e%ld", scale);
	value = strtod(plain, NULL);
	if (isinf(value))
		return -ERANGE;
	*ret_value = len && text[0] == '-' ? -value : value;
	return 0;
}
