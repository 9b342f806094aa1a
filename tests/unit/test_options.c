/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/options.h"

#include "cli/options_internal.h"
#include "parse_options.h"

static void defaults_are_those_of_the_library(void **state)
{
	struct options options = PARSE("run", "true");

	(void)state;
	assert_int_equal(options.command, COMMAND_RUN);
	assert_int_equal(options.monitor.interval_ms, 100);
	assert_int_equal(options.monitor.max_interval_ms, 1000);
	assert_int_equal(options.monitor.children_max, 256);
	assert_int_equal(options.monitor.accounting, DENET_ACCOUNTING_AUTO);
	assert_int_equal(options.monitor.duration_ns, 0);
	assert_false(options.json);
	assert_null(options.out);
	assert_string_equal(options.argv[0], "true");
	assert_null(options.argv[1]);
}

static void every_option_of_denet_is_accepted(void **state)
{
	struct options options =
		PARSE("--json", "--out", "f", "--interval", "10", "--max-interval", "20",
		      "--no-update", "--duration", "3", "--since-process-start",
		      "--exclude-children", "--quiet", "--enable-ebpf", "--debug", "--no-polling",
		      "--write-env", "--nodump", "--gpu", "run", "x");

	(void)state;
	assert_true(options.json && options.no_update && options.quiet && options.write_env);
	assert_true(options.monitor.since_process_start && options.monitor.exclude_children);
	assert_true(options.monitor.no_polling);
	assert_string_equal(options.out, "f");
	assert_int_equal(options.monitor.interval_ms, 10);
	assert_int_equal(options.monitor.max_interval_ms, 20);
	assert_int_equal(options.monitor.duration_ns, 3000000000);
	assert_true(PARSE("--no-include-children", "run", "x").monitor.exclude_children);
	assert_int_equal(PARSE("summary", "f").command, COMMAND_STATS);
}

static void rows_are_asked_for_in_several_ways(void **state)
{
	struct options options =
		PARSE("stats", "--by", "cgroup", "--sort", "peak", "--top", "20", "f");

	(void)state;
	assert_true(options.has_rows);
	assert_int_equal(options.by, 4);
	assert_int_equal(options.sort, 2);
	assert_int_equal(options.top, 20);
	/* The jobs of make, if nothing else is said. */
	options = PARSE("run", "--under", "make", "x");
	assert_true(options.has_rows);
	assert_int_equal(options.by, 3);
	assert_string_equal(options.under, "make");
	assert_int_equal(PARSE("run", "--under", "make", "--by", "comm", "x").by, 0);
	assert_false(PARSE("stats", "f").has_rows);
	REFUSE("'--by' comm|cmd|exe|subtree|cgroup|user 'x'", "stats", "--by", "x", "f");
	REFUSE("'--sort' cpu|wall|peak|runs|... --help 'bad'", "stats", "--sort", "bad", "f");
	assert_null(strstr(error, "label"));
	REFUSE("'--sort' 'statu' mean 'status'?", "stats", "--sort", "statu", "f");
	REFUSE("'--under' pattern ''", "stats", "--under", "", "f");
	REFUSE("'--top' 1 '0'", "stats", "--top", "0", "f");
	REFUSE("'--under' doctor", "doctor", "--under", "x");
}

static void what_is_asked_of_a_conversion_or_a_report_makes_sense(void **state)
{
	(void)state;
	assert_int_equal(PARSE("convert", "--to", "md", "--to", "md", "f").conversion,
			 CONVERSION_MARKDOWN);
	REFUSE("'--to' twice, 'csv' 'md'", "convert", "--to", "csv", "f", "--to", "md");
	assert_int_equal(PARSE("run", "--color", "never", "--color", "always", "x").color, 1);
	REFUSE("browser 'x.html.gz'", "report", "f", "-o", "x.html.gz");
	assert_string_equal(PARSE("report", "f", "-o", "-").out, "-");
}

static void one_file_is_summed_up_and_several_are_a_table(void **state)
{
	struct options options = PARSE("stats", "a", "--sort", "start", "-r", "runs", "b");

	(void)state;
	assert_null(options.file);
	assert_int_equal(options.files_count, 2);
	assert_string_equal(options.files[1], "b");
	assert_int_equal(options.folders.count, 1);
	assert_string_equal(PARSE("stats", "a").file, "a");
	assert_null(PARSE("stats", "--csv", "a").file);
	assert_null(PARSE("stats", "--group-by", "job", "a").file);
	assert_null(PARSE("stats", "no*where").file);
	assert_int_equal(
		PARSE("stats", "--group-by", "label", "-r", "d", "--sort", "label").group_by, 1);
	assert_int_equal(PARSE("stats", "--group-by", "label", "-r", "d", "--sort", "runs").sort,
			 3);
	REFUSE("'--sort' cpu|wall|peak|runs 'label'", "stats", "--sort", "label", "a");
	REFUSE("'--sort' cpu|wall|peak|runs 'file'", "run", "--sort", "file", "a");
	REFUSE("'--sort' cpu|wall|peak|runs|... 'x'", "stats", "--sort", "x", "a", "b");
	REFUSE("runs' '--group-by'", "stats", "--sort", "runs", "a", "b");
	REFUSE("host' label", "stats", "--sort", "host", "--group-by", "label", "a");
	REFUSE("'--group-by' label|host|job 'x'", "stats", "--group-by", "x", "a");
	REFUSE("'--csv' '--json'", "stats", "--csv", "--json", "a");
	REFUSE("stdin twice", "stats", "-", "-");
	REFUSE("names ''", "stats", "a", "");
	REFUSE("--recursive run", "run", "-r", "d", "x");
	REFUSE("'--by' table", "stats", "--by", "cmd", "a", "b");
	REFUSE("'--under' table", "stats", "--under", "make", "-r", "d");
	REFUSE("'--summary' table", "stats", "--summary", "f", "a", "b");
	REFUSE("'--ci' table", "stats", "--ci", "a", "b");
}

static void our_options_are_accepted(void **state)
{
	struct options options = PARSE("run", "-o", "f", "--format", "json", "--accounting", "bpf",
				       "--pss", "--wait-all", "--children", "top:7", "--live",
				       "--compat", "denet", "--color", "never", "-v", "x");

	(void)state;
	assert_int_equal(options.format, FORMAT_JSON);
	assert_int_equal(options.color, COLOR_NEVER);
	assert_int_equal(options.monitor.accounting, DENET_ACCOUNTING_BPF);
	assert_true(options.monitor.pss && options.monitor.wait_all);
	assert_true(options.live && options.compat_denet && options.verbose);
	assert_int_equal(options.monitor.children_max, 7);
	assert_int_equal(PARSE("run", "-j", "--children", "all", "x").monitor.children_max,
			 SIZE_MAX);
	assert_int_equal(PARSE("run", "-j", "--children", "none", "x").monitor.children_max, 0);
	assert_int_equal(PARSE("run", "--accounting", "proc", "x").monitor.accounting,
			 DENET_ACCOUNTING_PROC);
}

static void there_is_a_bit_for_each_option(void **state)
{
	(void)state;
	assert_in_range(options_count(), 30, OPTIONS_MAX);
	for (size_t i = 0; i < options_count(); i++)
		assert_true(option_bit(option_at(i)) == UINT64_C(1) << i);
	assert_null(option_at(options_count()));
}

static void budgets_may_be_many_and_each_is_right(void **state)
{
	struct options options = PARSE("run", "--fail-if", "wall > 5m", "--fail-if=wall>1s",
				       "--budget", "a", "--budget", "b", "--strict", "x");

	(void)state;
	assert_int_equal(options.budgets.count, 2);
	assert_string_equal(options.budgets.items[1], "wall>1s");
	assert_int_equal(options.budget_files.count, 2);
	assert_string_equal(options.budget_files.items[1], "b");
	assert_true(options.strict);
	assert_int_equal(PARSE("stats", "--fail-if", "wall > 5m", "f").budgets.count, 1);
	assert_int_equal(PARSE("attach", "--fail-if", "wall > 5m", "7").budgets.count, 1);
	/* What it is depends on a command that comes behind it. */
	assert_int_equal(PARSE("--fail-if", "wall > +5%", "diff", "f", "g").budgets.count, 1);
	REFUSE("--fail-if 5m", "--fail-if", "wall > 5m", "diff", "f", "g");
	REFUSE("--fail-if ^wal 'wall'", "run", "--fail-if", "wal > 5m", "x");
	REFUSE("--strict --fail-if --budget", "run", "--strict", "x");
	REFUSE("--fail-if doctor", "doctor", "--fail-if", "wall > 5m");
	REFUSE("--budget ''", "run", "--budget", "", "x");
}

static void options_stand_before_and_after_the_command(void **state)
{
	struct options options = PARSE("-j", "run", "-q", "ls", "-l");

	(void)state;
	assert_true(options.json && options.quiet);
	assert_string_equal(options.argv[0], "ls");
	assert_string_equal(options.argv[1], "-l");
}

static void what_follows_cmd_is_its_own(void **state)
{
	struct options options = PARSE("run", "make", "--", "-j", "--json", "--nonsense");

	(void)state;
	assert_false(options.json);
	assert_ptr_equal(options.argv, argv + 2);
	assert_string_equal(options.argv[1], "--");
	assert_string_equal(options.argv[4], "--nonsense");

	options = PARSE("run", "--", "--", "x");
	assert_string_equal(options.argv[0], "--");
	options = PARSE("run", "--", "-j");
	assert_string_equal(options.argv[0], "-j");
	options = PARSE("run", "-");
	assert_string_equal(options.argv[0], "-");
}

static void values_may_be_joined(void **state)
{
	struct options options = PARSE("run", "-i100", "--max-interval=500", "-jqofile", "x");

	(void)state;
	assert_int_equal(options.monitor.interval_ms, 100);
	assert_int_equal(options.monitor.max_interval_ms, 500);
	assert_true(options.json && options.quiet);
	assert_string_equal(options.out, "file");
	assert_int_equal(PARSE("run", "-d=2", "x").monitor.duration_ns, 2000000000);
	assert_string_equal(PARSE("run", "--out=a=b", "x").out, "a=b");
}

static void attach_takes_options_behind_the_pid(void **state)
{
	struct options options = PARSE("attach", "--cgroup", "/a/b", "-q");

	assert_string_equal(options.cgroup, "/a/b");
	assert_int_equal(options.pid, 0);
	assert_string_equal(PARSE("attach", "--container", "web").container, "web");
	options = PARSE("attach", "123", "-d", "0.5", "-n");

	(void)state;
	assert_int_equal(options.command, COMMAND_ATTACH);
	assert_int_equal(options.pid, 123);
	assert_int_equal(options.monitor.duration_ns, 500000000);
	assert_true(options.no_update);
	assert_string_equal(PARSE("stats", "--", "-odd").file, "-odd");
}

static void one_interval_moves_the_other(void **state)
{
	(void)state;
	assert_int_equal(PARSE("run", "-i", "2000", "x").monitor.max_interval_ms, 2000);
	assert_int_equal(PARSE("run", "-m", "50", "x").monitor.interval_ms, 50);
	assert_int_equal(PARSE("run", "-i", "7", "-m", "7", "x").monitor.interval_ms, 7);
	REFUSE("--interval --max-interval 5 6", "run", "-i", "6", "-m", "5", "x");
}

static void bad_values_are_named_with_what_is_allowed(void **state)
{
	(void)state;
	REFUSE("--interval 1 86400000 '0'", "run", "-i", "0", "x");
	REFUSE("--interval 'abc'", "run", "--interval", "abc", "x");
	REFUSE("--interval '1e3'", "run", "-i1e3", "x");
	REFUSE("--interval '-5'", "run", "-i", "-5", "x");
	REFUSE("--interval '18446744073709551617'", "run", "-i", "18446744073709551617", "x");
	REFUSE("--max-interval ''", "run", "--max-interval=", "x");
	REFUSE("--duration '-1'", "run", "-d", "-1", "x");
	REFUSE("--duration 'inf'", "run", "-d", "inf", "x");
	REFUSE("--duration '1000000001'", "run", "-d", "1000000001", "x");
	REFUSE("--duration '.'", "run", "-d", ".", "x");
	REFUSE("--format jsonl|json|csv 'xml'", "-j", "--format", "xml", "run", "x");
	REFUSE("--accounting auto|bpf|proc 'none'", "run", "--accounting", "none", "x");
	REFUSE("--color auto|always|never 'yes'", "run", "--color", "yes", "x");
	REFUSE("--compat denet 'me'", "run", "--compat", "me", "x");
	REFUSE("--children top:N 'top:0'", "run", "--children", "top:0", "x");
	REFUSE("--children 'top:'", "run", "--children", "top:", "x");
	REFUSE("--out ''", "run", "--out=", "x");
	REFUSE("--json '1'", "run", "--json=1", "x");
}

static void missing_parts_are_named(void **state)
{
	(void)state;
	REFUSE("--out FILE", "run", "-o");
	REFUSE("--interval MS", "run", "--interval");
	REFUSE("run command", "run");
	REFUSE("run command", "run", "--");
	REFUSE("run command ''", "run", "");
	REFUSE("attach PID", "attach");
	REFUSE("stats FILE", "stats");
	REFUSE("command run attach stats", "-j");
	REFUSE("--format --json --out", "run", "--format", "csv", "x");
}

static void unknown_words_get_a_suggestion(void **state)
{
	(void)state;
	REFUSE("'--jsno' '--json'", "--jsno", "run", "x");
	REFUSE("'--inter' '--interval'", "run", "--inter", "5", "x");
	REFUSE("'--exclude-child' '--exclude-children'", "run", "--exclude-child", "x");
	REFUSE("'--quite' '--quiet'", "run", "--quite=1", "x");
	REFUSE("'--zzzzzz' help", "run", "--zzzzzz", "x");
	REFUSE("'-z' '-jz'", "-jz", "run", "x");
	REFUSE("'rnu' 'run'", "rnu", "x");
	REFUSE("'atach' 'attach'", "atach", "1");
	REFUSE("'make' run", "make");
	REFUSE("'doctr' 'doctor'", "doctr");
	REFUSE("'1234' attach 1234", "1234");
	REFUSE("'a.jsonl' stats a.jsonl", "a.jsonl");
	REFUSE("doctor 'x'", "doctor", "x");
	REFUSE("''", "");
}

static void pids_are_checked(void **state)
{
	(void)state;
	REFUSE("PID 'x' $(pidof -s x)", "attach", "x");
	REFUSE("PID '0'", "attach", "0");
	REFUSE("PID '4194305'", "attach", "4194305");
	REFUSE("PID '12x'", "attach", "12x");
	REFUSE("'2'", "attach", "1", "2");
	REFUSE("one PID '--cgroup'", "attach", "1", "--cgroup", "/a");
	REFUSE("one '--cgroup' '--container'", "attach", "--container=a", "--cgroup=/a");
	REFUSE("'--container' NAME|ID ''", "attach", "--container", "");
}

static void options_without_meaning_for_a_command_are_refused(void **state)
{
	(void)state;
	REFUSE("--wait-all stats", "stats", "--wait-all", "f");
	REFUSE("--pss stats", "--pss", "stats", "f");
	REFUSE("run --", "--", "run", "x");
}

static void options_that_would_do_nothing_are_refused(void **state)
{
	(void)state;
	REFUSE("--write-env csv", "run", "-o", "f", "--format", "csv", "--write-env", "x");
	REFUSE("--compat csv", "run", "--compat", "denet", "-j", "--format=csv", "x");
	REFUSE("--children csv", "run", "--children", "none", "-j", "--format=csv", "x");
	REFUSE("--children --exclude-children", "run", "-j", "--children=all",
	       "--no-include-children", "x");
	REFUSE("--live --quiet", "run", "--live", "-q", "x");
	REFUSE("--live --json", "-j", "run", "--live", "x");
	REFUSE("--live --no-update", "run", "-n", "--live", "x");
	REFUSE("--write-env --json --out", "run", "--write-env", "x");
	REFUSE("--children --json --out", "attach", "1", "--children", "all");
	REFUSE("--compat --json --out", "run", "--compat", "denet", "x");
	REFUSE("--quiet help", "-q", "help");
	REFUSE("--by --quiet --summary", "run", "-q", "--by", "exe", "x");
	REFUSE("--top --json --summary", "-j", "attach", "--top", "3", "1");
	assert_true(PARSE("run", "-q", "--by", "exe", "--summary", "f", "x").has_rows);
	assert_true(PARSE("stats", "-j", "--by", "exe", "f").has_rows);
	assert_int_equal(PARSE("run", "-j", "--format", "json", "--write-env", "x").format,
			 FORMAT_JSON);
}

static void a_name_is_given_once(void **state)
{
	(void)state;
	REFUSE("--out twice 'a' 'b'", "run", "-o", "a", "--out=b", "x");
	REFUSE("--user twice 'a' '#1'", "run", "-u", "a", "-u", "#1", "x");
	assert_string_equal(PARSE("-o", "a", "run", "-o", "a", "x").out, "a");
	assert_int_equal(PARSE("run", "-i", "20", "-i", "30", "x").monitor.interval_ms, 30);
}

static void help_and_version_end_the_parsing(void **state)
{
	struct options options = PARSE("run", "--help", "--nonsense");

	(void)state;
	assert_int_equal(options.command, COMMAND_HELP);
	assert_int_equal(options.help_command, COMMAND_RUN);
	assert_int_equal(PARSE("-h").help_command, COMMAND_NONE);
	assert_int_equal(PARSE("-jV", "x").command, COMMAND_VERSION);
	assert_int_equal(PARSE("help", "attach").help_command, COMMAND_ATTACH);
	assert_int_equal(PARSE("help", "summary").help_command, COMMAND_STATS);
	assert_int_equal(PARSE("help").help_command, COMMAND_NONE);
	assert_int_equal(PARSE("help", "bash").topic, TOPIC_BASH);
	assert_int_equal(PARSE("help", "man").topic, TOPIC_MAN);
	options = PARSE("help", "man", "attach");
	assert_int_equal(options.topic, TOPIC_MAN);
	assert_int_equal(options.help_command, COMMAND_ATTACH);
	assert_true(PARSE("help", "--json").json);
	assert_false(PARSE("-j", "run", "--help").json);
	REFUSE("'bash'", "help", "man", "bash");
	REFUSE("'run'", "help", "zsh", "run");
	REFUSE("'rum' 'run'", "help", "rum");
	REFUSE("'stats'", "help", "run", "stats");
}

static void nothing_given_is_no_error(void **state)
{
	struct options options = parse((const char *[]){ "denet-bpf", NULL });

	(void)state;
	assert_int_equal(options.command, COMMAND_NONE);
	options = parse((const char *[]){ NULL });
	assert_int_equal(options.command, COMMAND_NONE);
}

static void a_dash_is_stdout(void **state)
{
	struct options options = PARSE("run", "-o", "-", "true");

	(void)state;
	assert_null(options.out);
	assert_true(options.json);
	options = PARSE("-q", "--format", "csv", "--out=-", "attach", "1");
	assert_null(options.out);
	assert_true(options.json);
	options = PARSE("stats", "f", "-o", "-");
	assert_null(options.out);
	assert_false(options.json);
	REFUSE("--live --json", "run", "--live", "-o", "-", "true");
}

/* The library has defaults of its own, for whoever uses it without a command line. */
static void defaults_of_the_table_are_those_of_the_library(void **state)
{
	struct denet_options library = { .size = sizeof(library) };
	struct options options = PARSE("run", "true");

	(void)state;
	denet_options_init(&library);
	assert_int_equal(options.monitor.interval_ms, library.interval_ms);
	assert_int_equal(options.monitor.max_interval_ms, library.max_interval_ms);
	assert_int_equal(options.monitor.duration_ns, library.duration_ns);
	assert_int_equal(options.monitor.children_max, library.children_max);
	assert_int_equal(options.monitor.accounting, library.accounting);
	assert_int_equal(options.format, FORMAT_JSONL);
	assert_int_equal(options.color, COLOR_AUTO);
}

static void options_without_an_effect_are_not_listed(void **state)
{
	static const char *const ignored_by_stats[] = { "interval",	    "max-interval",
							"duration",	    "no-polling",
							"exclude-children", "since-process-start",
							"no-update" };

	(void)state;
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help stats = options_help(i, COMMAND_STATS);

		for (size_t k = 0; k < sizeof(ignored_by_stats) / sizeof(char *); k++)
			if (strcmp(stats.name, ignored_by_stats[k]) == 0)
				assert_false(stats.applies);
		assert_int_equal(stats.commands & stats.tolerated, 0);
		if (strcmp(stats.name, "since-process-start") == 0)
			assert_false(options_help(i, COMMAND_RUN).applies);
		if (strcmp(stats.name, "live") == 0)
			assert_false(options_help(i, COMMAND_ATTACH).applies);
	}
	/* What callers of denet give is let pass all the same. */
	assert_string_equal(PARSE("-i", "5", "-n", "--gpu", "stats", "f").file, "f");
	REFUSE("--live stats", "stats", "--live", "f");
	REFUSE("--gpu doctor", "--gpu", "doctor");
}

/* DENET_BPF_ and the name in capitals. */
static void check_variable(const char *name, const char *variable)
{
	const char *rest = variable + strlen("DENET_BPF_");

	assert_memory_equal(variable, "DENET_BPF_", strlen("DENET_BPF_"));
	assert_int_equal(strlen(rest), strlen(name));
	for (size_t i = 0; name[i]; i++)
		assert_int_equal(rest[i], name[i] == '-' ? '_' : name[i] - 'a' + 'A');
}

static void names_and_letters_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help a = options_help(i, COMMAND_NONE);

		assert_true(a.group == OPTION_HIDDEN || (a.text && a.details));
		if (a.environment)
			check_variable(a.name, a.environment);
		for (size_t k = 0; k < i; k++) {
			struct option_help b = options_help(k, COMMAND_NONE);

			assert_string_not_equal(a.name, b.name);
			assert_false(a.alias && strcmp(a.alias, b.name) == 0);
			assert_false(b.alias && strcmp(b.alias, a.name) == 0);
			/* Of two commands each may have its own. */
			assert_false(a.letter && a.letter == b.letter &&
				     ((a.commands | a.tolerated) & (b.commands | b.tolerated)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_library),
		cmocka_unit_test(every_option_of_denet_is_accepted),
		cmocka_unit_test(rows_are_asked_for_in_several_ways),
		cmocka_unit_test(what_is_asked_of_a_conversion_or_a_report_makes_sense),
		cmocka_unit_test(one_file_is_summed_up_and_several_are_a_table),
		cmocka_unit_test(our_options_are_accepted),
		cmocka_unit_test(there_is_a_bit_for_each_option),
		cmocka_unit_test(budgets_may_be_many_and_each_is_right),
		cmocka_unit_test(options_stand_before_and_after_the_command),
		cmocka_unit_test(what_follows_cmd_is_its_own),
		cmocka_unit_test(values_may_be_joined),
		cmocka_unit_test(attach_takes_options_behind_the_pid),
		cmocka_unit_test(one_interval_moves_the_other),
		cmocka_unit_test(bad_values_are_named_with_what_is_allowed),
		cmocka_unit_test(missing_parts_are_named),
		cmocka_unit_test(unknown_words_get_a_suggestion),
		cmocka_unit_test(pids_are_checked),
		cmocka_unit_test(options_without_meaning_for_a_command_are_refused),
		cmocka_unit_test(options_that_would_do_nothing_are_refused),
		cmocka_unit_test(a_name_is_given_once),
		cmocka_unit_test(help_and_version_end_the_parsing),
		cmocka_unit_test(nothing_given_is_no_error),
		cmocka_unit_test(a_dash_is_stdout),
		cmocka_unit_test(defaults_of_the_table_are_those_of_the_library),
		cmocka_unit_test(options_without_an_effect_are_not_listed),
		cmocka_unit_test(names_and_letters_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
