/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* "peak_pss > 2GiB": the words of a budget. */
#ifndef DENET_ANALYSIS_EXPRESSION_H
#define DENET_ANALYSIS_EXPRESSION_H

#include <stddef.h>

#include "analysis/figures.h"

#define EXPRESSION_COMM_BYTES 16 /* what the kernel keeps of a name, with NUL */

enum expression_relation {
	EXPRESSION_ABOVE,
	EXPRESSION_AT_LEAST,
	EXPRESSION_BELOW,
	EXPRESSION_AT_MOST,
	EXPRESSION_EQUAL,
	EXPRESSION_OTHER,
};

struct expression {
	struct figure figure;
	char comm[EXPRESSION_COMM_BYTES]; /* of a figure of a program, cut as the kernel cuts it */
	enum expression_relation relation;
	long double bound; /* in the figure's unit: so many digits as an integer of 64 bits has */
	size_t start; /* where it begins and ends in the text, without blanks and comment */
	size_t end;
};

/* As denet_budgets_add() reads it. */
int expression_parse(const char *text, size_t len, struct expression *ret_expression,
		     struct denet_error *error);

/* The same with a bound such as +5%, which is 0.05 then: of a figure's change. */
int expression_parse_change(const char *text, size_t len, struct expression *ret_expression,
			    struct denet_error *error);

#endif
