/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/backlog.h"
#include "util/cleanup.h"

static inline void backlog_freep(struct backlog *backlog)
{
	backlog_done(backlog);
}

/* S1 ... are samples, E events, K is kept; each with a line end. */
static void add(struct backlog *backlog, const char *words)
{
	char list[512], *rest = NULL;

	(void)snprintf(list, sizeof(list), "%s", words);
	for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		enum backlog_kind kind = *word == 'S'	? BACKLOG_SAMPLE
					 : *word == 'E' ? BACKLOG_EVENT
							: BACKLOG_KEPT;

		assert_int_equal(backlog_add(backlog, kind, word, strlen(word)), 0);
	}
}

static void check(const struct backlog *backlog, const char *expected)
{
	assert_int_equal(backlog_len(backlog), strlen(expected));
	assert_memory_equal(backlog_bytes(backlog), expected, strlen(expected));
}

static void what_is_within_the_bound_stays(void **state)
{
	AUTO(backlog) struct backlog backlog = { 0 };

	(void)state;
	add(&backlog, "K0 S1 E1 S2");
	backlog_bound(&backlog, 8);
	check(&backlog, "K0S1E1S2");
	assert_int_equal(backlog.lost, 0);
}

static void every_second_sample_goes_but_first_and_last(void **state)
{
	AUTO(backlog) struct backlog backlog = { 0 };

	(void)state;
	add(&backlog, "K0 S1 S2 E1 S3 S4 S5 S6 K9");
	backlog_bound(&backlog, 16);
	check(&backlog, "K0S1E1S3S5S6K9");
	assert_int_equal(backlog.lost, 2);
	/* And again, until it fits. */
	backlog_bound(&backlog, 11);
	check(&backlog, "K0S1E1S6K9");
	assert_int_equal(backlog.lost, 4);
}

static void then_the_oldest_events_go_and_nothing_else(void **state)
{
	AUTO(backlog) struct backlog backlog = { 0 };

	(void)state;
	add(&backlog, "K0 S1 E1 E2 S2 E3 E4 K9");
	/* Two bytes too many, and a quarter of the bound. */
	backlog_bound(&backlog, 14);
	check(&backlog, "K0S1S2E4K9");
	assert_int_equal(backlog.lost, 3);
	backlog_bound(&backlog, 1);
	check(&backlog, "K0S1S2K9");
}

/* Half of it has been read: the other half has to follow. */
static void what_has_been_begun_stays(void **state)
{
	AUTO(backlog) struct backlog backlog = { 0 };

	(void)state;
	add(&backlog, "E1 E2 S1");
	backlog_take(&backlog, 1);
	backlog_bound(&backlog, 1);
	check(&backlog, "1S1");
	backlog_take(&backlog, 1);
	check(&backlog, "S1");
	backlog_take(&backlog, 2);
	check(&backlog, "");
	add(&backlog, "S2");
	check(&backlog, "S2");
}

/* Written and added in turn, as by a slow reader, against the same bytes in one piece. */
static void bytes_come_out_as_they_went_in(void **state)
{
	AUTO(backlog) struct backlog backlog = { 0 };
	AUTO(buf) struct buf in = { 0 };
	AUTO(buf) struct buf out = { 0 };
	char piece[400];

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		size_t len = 1 + i * 7919 % sizeof(piece);

		memset(piece, 'a' + (int)(i % 26), len);
		buf_append(&in, piece, len);
		assert_int_equal(backlog_add(&backlog, BACKLOG_SAMPLE, piece, len), 0);
		len = backlog_len(&backlog) * (i % 3) / 3;
		buf_append(&out, backlog_bytes(&backlog), len);
		backlog_take(&backlog, len);
	}
	buf_append(&out, backlog_bytes(&backlog), backlog_len(&backlog));
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.data, in.data, in.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_within_the_bound_stays),
		cmocka_unit_test(every_second_sample_goes_but_first_and_last),
		cmocka_unit_test(then_the_oldest_events_go_and_nothing_else),
		cmocka_unit_test(what_has_been_begun_stays),
		cmocka_unit_test(bytes_come_out_as_they_went_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
