/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a run says at its end, and what is said of its records later: the same. */
#include "follow_world.h"

#include <sched.h>

#include "output/stats_view.h"
#include "output/summary_view.h"
#include "util/cleanup.h"

static char path[64];

/* How it is shown, and of which source. */
struct form {
	struct term_style style;
	bool is_verbose;
	enum denet_accounting accounting;
};

static const struct form long_form = { .style = { .columns = 100, .is_unicode = true },
				       .is_verbose = true };

static void denet_writer_freep(struct denet_writer **writer)
{
	denet_writer_free(*writer);
}

static int make_path(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/denet-stats-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

/* Commands with several programs, failures of several kinds, and who goes on. */
static void play(struct world *world)
{
	script_birth(2, "fork");
	script_exec(2, "make", "/bin/make");
	script_count_exec("root", 10 * MS);
	script_exec(2, "cc", "/bin/cc");
	script_count_exec("make", 20 * MS);
	script_use(2, 70 * MS);
	script_exit(2, 9);
	for (uint64_t id = 3; id < 6; id++) {
		script_birth(id, "test");
		script_exec(id, "test", "/bin/test");
		script_use(id, id * MS);
		script_exit(id, 1 << 8);
	}
	script_birth(7, "agent");
	script_use(7, 2 * MS);
	assert_int_equal(step_after_ms(world, 100), 0);
}

static struct denet_writer *start(struct world *world)
{
	const struct denet_writer_options wanted = { .size = sizeof(wanted) };
	struct denet_writer *writer = NULL;

	assert_int_equal(denet_writer_new(&wanted, &writer), 0);
	assert_int_equal(denet_writer_add_file(writer, path), 0);
	start_root(world);
	assert_int_equal(start_following(&world->options, denet_writer_observer(writer),
					 world->root, scripted_list, &world->monitor,
					 &world->error),
			 0);
	assert_int_equal(step(world), 0);
	play(world);
	return writer;
}

static void append_stats(const struct form *form, struct buf *text)
{
	struct denet_stats *stats = NULL;

	assert_int_equal(denet_stats_read(path, &stats, NULL), 0);
	stats_view_append(text, &form->style, NULL, stats, NULL, form->is_verbose);
	denet_stats_free(stats);
}

static void check_form(const struct form *form)
{
	struct summary_context context = { .is_verbose = form->is_verbose };
	AUTO(denet_writer) struct denet_writer *writer = NULL;
	AUTO(buf) struct buf said = { 0 };
	AUTO(buf) struct buf read = { 0 };
	struct denet_summary summary;
	struct world world;

	init_world(&world);
	world.options.accounting = form->accounting;
	writer = start(&world);
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	denet_writer_finish(writer);
	summary = summary_of(&world);
	context.attached_pid = (uint32_t)world.root;
	/* Of the machine, and in no record. */
	summary.psi_samples = DENET_UNKNOWN;
	term_append(&said, &form->style, TONE_STRONG, "FILE STATISTICS");
	buf_append_text(&said, "\n===============\n\n");
	summary_view_append(&said, &form->style, &summary, &context);
	append_stats(form, &read);
	assert_string_equal(buf_text(&read), buf_text(&said));
	assert_non_null(strstr(buf_text(&said), "test"));
	assert_non_null(strstr(buf_text(&said), "agent["));
	end_world(&world);
}

static void the_summary_of_the_records_is_that_of_the_run(void **state)
{
	static const size_t widths[] = { 40, 80, 100 };

	(void)state;
	for (unsigned int i = 0; i < 24; i++) {
		bool is_terminal = i & 1;
		const struct form form = {
			.style = { .columns = widths[i / 8],
				   .is_terminal = is_terminal,
				   .has_color = is_terminal,
				   .is_unicode = true },
			.is_verbose = i & 2,
			.accounting = i & 4 ? DENET_ACCOUNTING_PROC : DENET_ACCOUNTING_BPF,
		};

		check_form(&form);
	}
}

/* Killed: no end, no summary. The last sample knows what was used by then, and that more may follow. */
static void of_records_that_are_cut_the_last_is_told(void **state)
{
	AUTO(denet_writer) struct denet_writer *writer = NULL;
	AUTO(buf) struct buf read = { 0 };
	AUTO(buf) struct buf cores = { 0 };
	struct world world;
	cpu_set_t cpus;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	buf_printf(&cores, " of %d core", CPU_COUNT(&cpus));
	init_world(&world);
	writer = start(&world);
	assert_non_null(writer);
	append_stats(&long_form, &read);
	assert_non_null(strstr(buf_text(&read), "84 ms"));
	assert_non_null(strstr(buf_text(&read), buf_text(&cores)));
	assert_non_null(strstr(buf_text(&read), "exact for 4 of 6 processes"));
	assert_non_null(strstr(buf_text(&read), "3× test exit 1"));
	assert_non_null(strstr(buf_text(&read), "incomplete: the records end before the run did"));
	assert_null(strstr(buf_text(&read), "nothing lost"));
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_summary_of_the_records_is_that_of_the_run,
						make_path, remove_path),
		cmocka_unit_test_setup_teardown(of_records_that_are_cut_the_last_is_told, make_path,
						remove_path),
	};

	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
