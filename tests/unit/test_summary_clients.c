/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Whose work is done by others is told, and nobody else is. */
#include "output/summary_clients.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "util/buf.h"
#include "util/cleanup.h"

#define GROUPS_MAX 8

static void check(const char *const names[], const char *expected)
{
	const struct term_style style = { .columns = 80 };
	struct denet_group groups[GROUPS_MAX];
	struct denet_summary summary = { .groups = groups };
	AUTO(buf) struct buf text = { 0 };
	struct layout layout;

	for (; names[summary.groups_count]; summary.groups_count++)
		groups[summary.groups_count] =
			(struct denet_group){ .comm = names[summary.groups_count], .count = 1 };
	layout_init(&layout, &text, &style, 11);
	summary_clients_show(&layout, false, &summary);
	layout_row_end(&layout);
	assert_string_equal(buf_text(&text), expected);
}

#define CHECK(expected, ...) check((const char *[]){ __VA_ARGS__, NULL }, expected)

static void a_tree_without_clients_has_no_row(void **state)
{
	(void)state;
	CHECK("", "make", "cc1");
	CHECK("", "dockerd", "podman", "ssh-agent", "docke", "tmux: server", "");
	check((const char *[]){ NULL }, "");
}

static void clients_are_named_wherever_they_stand_in_the_tree(void **state)
{
	(void)state;
	CHECK("  elsewhere  not counted: what daemons and other machines do for docker\n", "make",
	      "docker");
	CHECK("  elsewhere  not counted: what daemons and other machines do for srun, ssh\n",
	      "srun", "cc1", "ssh");
}

static void many_are_counted(void **state)
{
	(void)state;
	CHECK("  elsewhere  not counted: what daemons and other machines do for srun, ssh, at,\n"
	      "             batch, bazel, and 2 more\n",
	      "srun", "ssh", "at", "batch", "bazel", "tmux: client", "docker");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_without_clients_has_no_row),
		cmocka_unit_test(clients_are_named_wherever_they_stand_in_the_tree),
		cmocka_unit_test(many_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
