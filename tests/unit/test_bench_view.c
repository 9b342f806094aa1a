/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/bench.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "cli/bench_noise.h"
#include "golden.h"
#include "output/bench_internal.h"

#define MS 1000000u
#define RUNS 10
#define COMMANDS 3

/* Three commands of ten runs, the second of which fails at times, and the third of which never ran. */
struct world {
	struct denet_runs *sets[COMMANDS];
	struct denet_comparison *comparisons[COMMANDS];
	struct bench_run runs[COMMANDS][RUNS];
	struct bench_command commands[COMMANDS];
	struct bench_result result;
};

static const struct bench_parameter parameters[COMMANDS] = {
	{ "j", "1" },
	{ "j", "2, \"two\"" },
	{ "j", "3" },
};

static uint64_t peak_pss_kb = DENET_UNKNOWN;

static void add_run(struct world *world, size_t command, size_t i, uint64_t wall_ms)
{
	struct bench_run *run = &world->runs[command][i];
	struct denet_group groups[] = {
		{ .comm = command ? "b|`ar" : "foo", .count = 2, .cpu_time_ns = (20 + i) * MS },
		{ .comm = "sh", .count = 1, .cpu_time_ns = 1 * MS + i },
	};
	struct denet_summary summary = { .size = sizeof(summary) };

	*run = (struct bench_run){
		.round = i + 1,
		.wall_ns = wall_ms * MS,
		.cpu_time_ns = (21 + i) * MS,
		.peak_mem_rss_kb = 1000,
		.processes_total = 3,
		.end = { .known = true, .exit_code = command && i < 2 ? 1 : 0 },
	};
	summary.wall_ns = run->wall_ns;
	summary.used.cpu_time_ns = run->cpu_time_ns;
	summary.used.cpu_user_ns = DENET_UNKNOWN;
	summary.used.disk_write_bytes = 4096 * i;
	summary.peak_mem_rss_kb = 1000;
	summary.peak_pss_kb = peak_pss_kb;
	summary.processes_total = 3;
	summary.groups = groups;
	summary.groups_count = 2;
	assert_int_equal(denet_runs_add(world->sets[command], &summary), 0);
}

static void fill_command(struct world *world, size_t command, uint64_t wall_ms)
{
	assert_int_equal(denet_runs_new(&world->sets[command]), 0);
	for (size_t i = 0; wall_ms && i < RUNS; i++)
		add_run(world, command, i, i + 1 == RUNS ? 10 * wall_ms : wall_ms + i);
	if (wall_ms)
		assert_int_equal(denet_compare(world->sets[0], world->sets[command], 10,
					       &world->comparisons[command]),
				 0);
	world->commands[command] = (struct bench_command){
		.text = command ? "make -j{j} 'a|b'" : "make\tall",
		.parameters = &parameters[command],
		.parameters_count = 1,
		.runs = world->runs[command],
		.runs_count = wall_ms ? RUNS : 0,
		.failed = command == 1 ? 2 : 0,
		.comparison = world->comparisons[command],
	};
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	fill_command(world, 0, 100);
	fill_command(world, 1, 200);
	fill_command(world, 2, 0);
	world->result = (struct bench_result){
		.commands = world->commands,
		.count = COMMANDS,
		.rounds = RUNS,
		.warmups = 1,
		.has_shell = true,
		.is_cut = true,
		.is_sampled = true,
		.is_pss_rough = true,
		.noise = {
			.available_ns = 5000 * MS,
			.busy_ns = 900 * MS,
			.used_ns = 400 * MS,
			.steal_ns = 100 * MS,
			.wall_ns = 100 * MS,
			.throttled_ns = 30 * MS,
			.throttled_runs = 2,
			.memory_stall_ns = 10 * MS,
			.survived_runs = 1,
		},
	};
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < COMMANDS; i++) {
		denet_comparison_free(world->comparisons[i]);
		denet_runs_free(world->sets[i]);
	}
	free(world);
	return 0;
}

static void a_person_reads_tables_and_notes(void **state)
{
	static const struct term_style style = { .columns = 80 };
	const struct world *world = *state;
	AUTO(buf) struct buf text = { 0 };

	bench_view_append(&text, &style, &world->result);
	golden_check("bench", &text);
}

static void a_page_has_a_row_for_each_command(void **state)
{
	const struct world *world = *state;
	AUTO(buf) struct buf text = { 0 };

	bench_markdown_append(&text, &world->result);
	golden_check("bench_md", &text);
}

static void csv_has_a_row_for_each_figure(void **state)
{
	const struct world *world = *state;
	AUTO(buf) struct buf text = { 0 };

	bench_csv_append(&text, &world->result);
	assert_non_null(strstr(text.data, "command,parameter_j,figure,program,unit,"));
	assert_non_null(strstr(text.data, "\r\n\"make?all\",1,wall_ns,,ns,10,104500000.0,"));
	assert_non_null(
		strstr(text.data, "\r\n\"make -j{j} 'a|b'\",\"2, \"\"two\"\"\",wall_ns,,ns,"));
	assert_non_null(strstr(text.data, ",cpu_time_ns,b|`ar,ns,10,24500000.0,"));
	assert_null(strstr(text.data, "nan"));
}

static void json_has_all(void **state)
{
	const struct world *world = *state;
	AUTO(buf) struct buf text = { 0 };
	cJSON *json, *command;

	bench_json_append(&text, &world->result);
	json = cJSON_Parse(text.data);
	assert_non_null(json);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(json, "complete")));
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "lower_bounds")));
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "pss_is_rough")));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "commands")), COMMANDS);
	command = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "commands"), 1);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(command, "runs")), RUNS);
	assert_int_equal(cJSON_GetObjectItem(command, "failed")->valueint, 2);
	command = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "commands"), 2);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(command, "runs")), 0);
	assert_null(cJSON_GetObjectItem(command, "figures"));
	cJSON_Delete(json);
}

static void quiet_machines_and_good_runs_are_not_noted(void **state)
{
	struct world *world = *state;
	AUTO(buf) struct buf text = { 0 };

	world->result.count = 1;
	world->result.is_cut = world->result.is_sampled = world->result.has_shell = false;
	world->result.is_pss_rough = false;
	world->runs[0][RUNS - 1].wall_ns = 105 * MS;
	world->result.noise = (struct bench_noise){
		.available_ns = 1000 * MS,
		.busy_ns = 440 * MS,
		.used_ns = 400 * MS,
		.steal_ns = 9 * MS,
		.wall_ns = 1000 * MS,
		.memory_stall_ns = 9 * MS,
	};
	bench_notes_append(&text, &world->result, "");
	assert_string_equal(buf_text(&text), "Medians of the runs, +- half of the distance of "
					     "their quartiles.\n");
}

/* As the summary of a run says "roughly"; where the sum of RSS is told it is none. */
static void a_rough_peak_is_said_to_be(void **state)
{
	struct world *world = *state;
	struct denet_comparison *kept = world->comparisons[0];
	struct denet_runs *runs = world->sets[0];
	AUTO(buf) struct buf text = { 0 };

	world->result.count = 1;
	world->result.noise = (struct bench_noise){ 0 };
	bench_notes_append(&text, &world->result, "");
	assert_null(strstr(buf_text(&text), "rough"));
	buf_done(&text);
	peak_pss_kb = 900;
	assert_int_equal(denet_runs_new(&world->sets[0]), 0);
	add_run(world, 0, 0, 100);
	peak_pss_kb = DENET_UNKNOWN;
	assert_int_equal(denet_compare(world->sets[0], world->sets[0], 10, &world->comparisons[0]),
			 0);
	world->commands[0].comparison = world->comparisons[0];
	bench_notes_append(&text, &world->result, "");
	assert_non_null(strstr(buf_text(&text), "Peak of PSS: rough, as the tree changed"));
	denet_comparison_free(kept);
	denet_runs_free(runs);
}

/* A tick more or less is none. */
static void a_short_time_tells_nothing_of_a_machine(void **state)
{
	struct world *world = *state;
	AUTO(buf) struct buf text = { 0 };

	world->result.count = 0;
	world->result.noise = (struct bench_noise){
		.available_ns = 100 * MS,
		.busy_ns = 99 * MS,
		.steal_ns = 99 * MS,
	};
	bench_notes_append(&text, &world->result, "");
	assert_null(strstr(text.data, "noisy"));
	/* Nor does what was counted in ticks exceed what there is. */
	world->result.noise = (struct bench_noise){ .available_ns = 200 * MS, .busy_ns = 300 * MS };
	bench_notes_append(&text, &world->result, "");
	assert_non_null(strstr(text.data, "used 100% of the CPUs"));
}

static void outliers_lie_far_from_the_quartiles(void **state)
{
	struct denet_spread spread = { 10, 100, 98, 103, 95, 200 };

	(void)state;
	assert_false(bench_is_outlier(&spread, 118));
	assert_true(bench_is_outlier(&spread, 119));
	assert_false(bench_is_outlier(&spread, 83));
	assert_true(bench_is_outlier(&spread, 82));
	spread.count = 4;
	assert_false(bench_is_outlier(&spread, 200));
	/* What comes in steps has no spread. */
	spread = (struct denet_spread){ 10, 100, 100, 100, 100, 102 };
	assert_false(bench_is_outlier(&spread, 102));
	assert_true(bench_is_outlier(&spread, 103));
}

static void noise_is_what_neither_the_run_nor_we_used(void **state)
{
	const struct bench_moment before = { 100, 50, 1, 10, 2 }, after = { 200, 130, 4, 15, 2 };
	struct denet_summary summary = { .size = sizeof(summary) };
	struct bench_noise noise = { .available_ns = 1000 };

	(void)state;
	summary.wall_ns = 90;
	summary.used.cpu_time_ns = 60;
	summary.throttled_ns = 7;
	summary.memory_stall_ns = DENET_UNKNOWN;
	summary.processes_running = 1;
	bench_noise_add(&noise, &before, &after, &summary);
	assert_int_equal(noise.available_ns, 1200);
	assert_int_equal(noise.busy_ns, 80);
	assert_int_equal(noise.used_ns, 65);
	assert_int_equal(noise.steal_ns, 3);
	assert_int_equal(noise.wall_ns, 90);
	assert_int_equal(noise.throttled_ns, 7);
	assert_int_equal(noise.throttled_runs, 1);
	assert_int_equal(noise.memory_stall_ns, 0);
	assert_int_equal(noise.survived_runs, 1);
	/* Without /proc/stat nothing is known of the machine. */
	bench_noise_add(&noise, &(struct bench_moment){ 0 }, &after, &summary);
	assert_int_equal(noise.busy_ns, 80);
	assert_int_equal(noise.used_ns, 65);
}

#define world_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(a_person_reads_tables_and_notes),
		world_test(a_page_has_a_row_for_each_command),
		world_test(csv_has_a_row_for_each_figure),
		world_test(json_has_all),
		world_test(quiet_machines_and_good_runs_are_not_noted),
		world_test(a_rough_peak_is_said_to_be),
		world_test(a_short_time_tells_nothing_of_a_machine),
		cmocka_unit_test(outliers_lie_far_from_the_quartiles),
		cmocka_unit_test(noise_is_what_neither_the_run_nor_we_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
