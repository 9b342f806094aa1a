/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/expression.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/error.h"

#define AROUND 40 /* bytes shown on both sides of a mistake */
#define QUOTED 24 /* and of a word that is wrong */
#define WHY_BYTES 160
#define NUMBER_BYTES 32
#define PROGRAMS "programs["

/* Where the parser stands. */
struct parser {
	const char *text;
	size_t len;
	size_t at;
	struct denet_error *error;
	bool of_change; /* the value is a share, with its sign */
};

/* Says what is wrong and shows where, by a ^ before the place. */
__attribute__((format(printf, 3, 4))) static int refuse(const struct parser *parser, size_t at,
							const char *format, ...)
{
	size_t from = at > AROUND ? at - AROUND : 0;
	size_t to = parser->len - at > AROUND ? at + AROUND : parser->len;
	char why[WHY_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return error_set(parser->error, -EINVAL, "at ^ in '%s%.*s^%.*s%s': %s", from ? "..." : "",
			 (int)(at - from), parser->text + from, (int)(to - at), parser->text + at,
			 to < parser->len ? "..." : "", why);
}

static int shown(size_t len)
{
	return (int)(len < QUOTED ? len : QUOTED);
}

static char peek(const struct parser *parser)
{
	return parser->at < parser->len ? parser->text[parser->at] : '\0';
}

static void skip_blanks(struct parser *parser)
{
	while (peek(parser) == ' ' || peek(parser) == '\t' || peek(parser) == '\r')
		parser->at++;
}

static bool is_over(const struct parser *parser)
{
	return parser->at == parser->len || peek(parser) == '#';
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_of_name(char byte)
{
	return is_letter(byte) || is_digit(byte) || byte == '_';
}

static const char *take_while(struct parser *parser, bool (*belongs)(char), size_t *ret_len)
{
	size_t start = parser->at;

	while (parser->at < parser->len && belongs(parser->text[parser->at]))
		parser->at++;
	*ret_len = parser->at - start;
	return parser->text + start;
}

static int refuse_name(const struct parser *parser, bool of_program, const char *name, size_t len)
{
	const char *of = of_program ? "of a program" : "of the summary";
	size_t at = (size_t)(name - parser->text);
	char nearest[FIGURES_NAME_BYTES];

	if (figures_nearest(of_program, name, len, nearest))
		return refuse(parser, at, "'%.*s' is no figure %s; did you mean '%s'?", shown(len),
			      name, of, nearest);
	return refuse(parser, at, "'%.*s' is no figure %s; see 'denet-bpf help records'",
		      shown(len), name, of);
}

static int take_figure(struct parser *parser, bool of_program, struct figure *ret_figure)
{
	size_t at = parser->at, len;
	const char *name = take_while(parser, is_of_name, &len);
	int r;

	if (len == 0)
		return refuse(parser, at, "the name of a figure belongs here");
	r = figures_find(of_program, name, len, ret_figure);
	if (r == -ENOTUNIQ)
		return refuse(parser, at, "several figures have this name: give the whole key");
	return r ? refuse_name(parser, of_program, name, len) : 0;
}

/* A name may have brackets itself: it ends where a dot follows. */
static int take_comm(struct parser *parser, char ret_comm[EXPRESSION_COMM_BYTES])
{
	size_t start = parser->at;
	size_t at = start, len;

	while (at + 1 < parser->len && !(parser->text[at] == ']' && parser->text[at + 1] == '.'))
		at++;
	if (at + 1 >= parser->len)
		return refuse(parser, start, "the name of a program and '].' belong here");
	if (at == start)
		return refuse(parser, start, "the name of a program belongs here");
	len = at - start < EXPRESSION_COMM_BYTES ? at - start : EXPRESSION_COMM_BYTES - 1;
	memset(ret_comm, 0, EXPRESSION_COMM_BYTES);
	memcpy(ret_comm, parser->text + start, len);
	parser->at = at + 2;
	return 0;
}

static int take_name(struct parser *parser, struct expression *expression)
{
	size_t left = parser->len - parser->at;
	size_t len = strlen(PROGRAMS);
	int r;

	if (left < len || memcmp(parser->text + parser->at, PROGRAMS, len) != 0)
		return take_figure(parser, false, &expression->figure);
	parser->at += len;
	r = take_comm(parser, expression->comm);
	return r ? r : take_figure(parser, true, &expression->figure);
}

/* The longer ones first. */
static const struct {
	const char *text;
	enum expression_relation relation;
} operators[] = {
	{ ">=", EXPRESSION_AT_LEAST }, { "<=", EXPRESSION_AT_MOST }, { "==", EXPRESSION_EQUAL },
	{ "!=", EXPRESSION_OTHER },    { ">", EXPRESSION_ABOVE },    { "<", EXPRESSION_BELOW },
};

static int take_operator(struct parser *parser, enum expression_relation *ret_relation)
{
	size_t left = parser->len - parser->at;

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t len = strlen(operators[i].text);

		if (left >= len && memcmp(parser->text + parser->at, operators[i].text, len) == 0) {
			*ret_relation = operators[i].relation;
			parser->at += len;
			return 0;
		}
	}
	return refuse(parser, parser->at, "one of > >= < <= == != belongs here%s",
		      peek(parser) == '=' ? "; did you mean '=='?" : "");
}

/* What a figure is counted in, and how many of it each unit is. */
static const struct unit {
	const char *of; /* the table's */
	const char *name;
	long double each;
} units[] = {
	{ "ns", "ns", 1 },
	{ "ns", "us", 1e3L },
	{ "ns", "ms", 1e6L },
	{ "ns", "s", 1e9L },
	{ "ns", "m", 60e9L },
	{ "ns", "h", 3600e9L },
	{ "bytes", "B", 1 },
	{ "bytes", "kb", 1024 }, /* as the table has it */
	{ "bytes", "kB", 1e3L },
	{ "bytes", "MB", 1e6L },
	{ "bytes", "GB", 1e9L },
	{ "bytes", "TB", 1e12L },
	{ "bytes", "KiB", 1024 },
	{ "bytes", "MiB", 1048576 },
	{ "bytes", "GiB", 1073741824 },
	{ "bytes", "TiB", 1099511627776 },
	{ "percent", "%", 1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

/* Units of the table that measure the same. */
static const struct scale {
	const char *unit;
	const char *of;
	long double each;
	const char *names; /* as a sentence has them */
} scales[] = {
	{ "ns", "ns", 1, "ns, us, ms, s, m or h" },
	{ "ms", "ns", 1e6L, "ns, us, ms, s, m or h" },
	{ "s", "ns", 1e9L, "ns, us, ms, s, m or h" },
	{ "bytes", "bytes", 1, "B, kB, MB, GB, TB, KiB, MiB, GiB, TiB" },
	{ "kb", "bytes", 1024, "B, kB, MB, GB, TB, KiB, MiB, GiB, TiB" },
	{ "percent", "percent", 1, "%" },
};

static const struct scale *find_scale(const char *unit)
{
	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		if (strcmp(scales[i].unit, unit) == 0)
			return &scales[i];
	return NULL;
}

static const struct unit *find_unit(const char *of, const char *name, size_t len)
{
	for (size_t i = 0; i < UNITS; i++)
		if (strcmp(units[i].of, of) == 0 && strlen(units[i].name) == len &&
		    memcmp(units[i].name, name, len) == 0)
			return &units[i];
	return NULL;
}

static bool is_of_unit(char byte)
{
	return is_letter(byte) || byte == '%';
}

/* What one in the value's unit is in the figure's. */
static int take_unit(struct parser *parser, const struct figure *figure, long double *ret_factor)
{
	const struct scale *scale = find_scale(figure->unit);
	const struct unit *unit;
	size_t at = parser->at, len;
	const char *name = take_while(parser, is_of_unit, &len);

	if (!scale && len == 0) {
		*ret_factor = 1;
		return 0;
	}
	if (!scale)
		return refuse(parser, at, "%s has no unit, not '%.*s'", figure->key, shown(len),
			      name);
	if (len == 0)
		return refuse(parser, at, "a value of %s needs its unit: %s", figure->key,
			      scale->names);
	unit = find_unit(scale->of, name, len);
	if (!unit)
		return refuse(parser, at, "a value of %s has one of the units %s, not '%.*s'",
			      figure->key, scale->names, shown(len), name);
	*ret_factor = unit->each / scale->each;
	return 0;
}

/* Digits with at most one point within or before them. */
static size_t number_len(const struct parser *parser)
{
	size_t at = parser->at;
	bool has_point = false, has_digit = false;

	for (; at < parser->len; at++) {
		char byte = parser->text[at];

		if (byte == '.' && !has_point)
			has_point = true;
		else if (is_digit(byte))
			has_digit = true;
		else
			break;
	}
	return has_digit && parser->text[at - 1] != '.' ? at - parser->at : 0;
}

/* As a whole number and a power of ten: what a double rounds, such as 0.1, is exact so. */
static void read_number(const char *text, size_t len, long double *ret_digits,
			long double *ret_scale)
{
	bool is_fraction = false;

	*ret_digits = 0;
	*ret_scale = 1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.') {
			is_fraction = true;
			continue;
		}
		*ret_digits = *ret_digits * 10 + (text[i] - '0');
		if (is_fraction)
			*ret_scale *= 10;
	}
}

/* +5 is 0.05. */
static int take_share(struct parser *parser, struct expression *expression)
{
	char sign = peek(parser);
	long double digits, scale;
	size_t len = 0;

	if (sign == '+' || sign == '-') {
		parser->at++;
		len = number_len(parser);
	}
	if (len == 0 || len >= NUMBER_BYTES)
		return refuse(parser, parser->at,
			      "a change in percent belongs here, such as +5%% or -10%%");
	read_number(parser->text + parser->at, len, &digits, &scale);
	parser->at += len;
	skip_blanks(parser);
	if (peek(parser) != '%')
		return refuse(parser, parser->at, "a change is in percent: %% belongs here");
	parser->at++;
	expression->bound = (sign == '-' ? -digits : digits) / scale / 100;
	return 0;
}

static int take_value(struct parser *parser, struct expression *expression)
{
	const char *text = parser->text + parser->at;
	size_t len = number_len(parser);
	long double digits, scale, factor = 1;
	int r;

	if (len == 0)
		return refuse(parser, parser->at, "a number belongs here, such as 2 or 1.5");
	if (len >= NUMBER_BYTES)
		return refuse(parser, parser->at, "this number is too long");
	parser->at += len;
	read_number(text, len, &digits, &scale);
	skip_blanks(parser);
	r = take_unit(parser, &expression->figure, &factor);
	if (r)
		return r;
	expression->bound = digits * factor / scale;
	return 0;
}

static int take_all(struct parser *parser, struct expression *expression)
{
	int r = take_name(parser, expression);

	if (r)
		return r;
	skip_blanks(parser);
	r = take_operator(parser, &expression->relation);
	if (r)
		return r;
	skip_blanks(parser);
	r = parser->of_change ? take_share(parser, expression) : take_value(parser, expression);
	if (r)
		return r;
	expression->end = parser->at;
	skip_blanks(parser);
	if (!is_over(parser))
		return refuse(parser, parser->at, "this is too much: a budget ends here");
	return 0;
}

static int parse(struct parser parser, const char *example, struct expression *ret_expression)
{
	struct expression expression = { .figure = { .key = "", .unit = "" } };
	int r;

	skip_blanks(&parser);
	if (is_over(&parser))
		return error_set(parser.error, -ENODATA, "a budget is NAME OP VALUE, such as '%s'",
				 example);
	expression.start = parser.at;
	r = take_all(&parser, &expression);
	if (r)
		return r;
	*ret_expression = expression;
	return 0;
}

int expression_parse(const char *text, size_t len, struct expression *ret_expression,
		     struct denet_error *error)
{
	return parse((struct parser){ .text = text, .len = len, .error = error }, "wall > 5m",
		     ret_expression);
}

int expression_parse_change(const char *text, size_t len, struct expression *ret_expression,
			    struct denet_error *error)
{
	return parse((struct parser){ .text = text, .len = len, .error = error, .of_change = true },
		     "cpu_time > +5%", ret_expression);
}
