/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Every command there is. Texts are plain ASCII, as those of the option table. */
#include "cli/command_table.h"

#include <string.h>

#define NOTHING_STARTED                                                      \
	{                                                                    \
		"125", "wrong usage, or what failed before monitoring began" \
	}

static const struct command_spec command_table[] = {
	/* Without a name: what other words than a command's lead to. NONE comes first. */
	{ .id = COMMAND_NONE },
	{ .id = COMMAND_VERSION },
	{
		.id = COMMAND_RUN,
		.name = "run",
		.operand = OPERAND_COMMAND,
		.operand_text = "[--] CMD [ARG...]",
		.operand_word = "command",
		.text = "start CMD, pass its exit status on",
		.intro = "Starts CMD, measures it and everything it starts, and ends as CMD ended.",
		.notes = "Options end where CMD begins; all that follows is CMD's own. CMD has the "
			 "terminal, the descriptors and the environment that it would have without "
			 "denet-bpf. When a signal ended CMD, the same one ends denet-bpf.",
		.examples = {
			{ "run make -j8", "the summary comes at its end" },
			{ "run -o build.jsonl -- make -j8", "records to a file as well" },
			{ "-j run sort big.txt | jq .kind", "records to a pipe" },
			{ "run -d 60 ./server", "look at the first minute only" },
			{ "run -u nobody ./server", "as root: CMD is another user's" },
			{ "run --fail-if 'wall > 5m' make", "123 if it takes longer" },
		},
		.exits = {
			{ "CMD's", "whatever it was" },
			{ "123", "CMD has succeeded, and a budget of --fail-if was broken" },
			{ "124", "--duration ended while CMD was running" },
			NOTHING_STARTED,
			{ "126", "CMD cannot be executed" },
			{ "127", "CMD was not found" },
		},
	},
	{
		.id = COMMAND_ATTACH,
		.name = "attach",
		.operand = OPERAND_PID,
		.operand_text = "PID",
		.operand_word = "PID",
		.text = "follow PID and all its descendants",
		.intro = "Follows a running process with its threads and descendants, and what "
			 "they start later, until it ends, Ctrl-C, or --duration. The process is "
			 "left alone. With --cgroup or --container, who is in a cgroup is "
			 "followed instead.",
		.notes = "Totals count from the attach on, peaks from the birth of each process. Of a "
			 "process that has ended and that nobody has waited for yet, it tells what "
			 "/proc still shows: bounds.",
		.examples = {
			{ "attach 1234", NULL },
			{ "attach $(pidof -s postgres) -d 60 -o minute.jsonl", NULL },
			{ "attach --cgroup /system.slice/nginx.service", NULL },
			{ "attach --container web -d 60", NULL },
		},
		.exits = {
			{ "0", "the process or the cgroup ended, Ctrl-C, or --duration is over" },
			{ "1", "records could not be written" },
			{ "123", "a budget of --fail-if was broken" },
			NOTHING_STARTED,
		},
	},
	{
		.id = COMMAND_STATS,
		.name = "stats",
		.alias = "summary",
		.operand = OPERAND_FILES,
		.operand_text = "FILE...",
		.operand_word = "FILE",
		.text = "sum up files of ours or of denet",
		.intro = "Sums up a file of records, packed by gzip or not, or '-' for stdin, written by "
			 "denet-bpf or by any version of denet. Of several, or with -r, --csv or "
			 "--group-by, each is a row of one table.",
		.notes = "A FILE that is none may be a pattern as of a shell. Files that cannot be "
			 "used are told, and the others have their rows.",
		.examples = {
			{ "stats run.jsonl", NULL },
			{ "stats -j run.jsonl", "as JSON" },
			{ "stats -v run.jsonl.gz", "with more figures" },
			{ "stats --fail-if 'cpu_time > 60s' run.jsonl", "yes or no" },
			{ "stats -r runs --sort peak --top 10", "a row a run" },
			{ "stats --group-by label runs/*.jsonl", "median and spread" },
		},
		.exits = {
			{ "0", "the files were read" },
			{ "1", "a file cannot be used" },
			{ "123", "a budget of --fail-if was broken" },
			{ "125", "wrong usage" },
		},
	},
	{
		.id = COMMAND_CONVERT,
		.name = "convert",
		.operand = OPERAND_FILE,
		.operand_text = "FILE --to FORMAT",
		.operand_word = "FILE",
		.text = "a file of records in another format",
		.intro = "Writes what a file of records holds in a format of another program's. FILE "
			 "may be packed by gzip, or '-' for stdin.",
		.notes = "What is not known is left out, never 0. With -o, OUT is written beside an "
			 "older one and takes its place; of a name that ends in .gz it is packed. A "
			 "file with more than one run is refused, and one that is cut off where the "
			 "format cannot say so.",
		.examples = {
			{ "convert run.jsonl --to csv", NULL },
			{ "convert run.jsonl --to csv --processes -o processes.csv", NULL },
			{ "convert run.jsonl --to prom -o /var/lib/node_exporter/run.prom", NULL },
			{ "convert run.jsonl --to influx", NULL },
		},
		.exits = {
			{ "0", "it was written" },
			{ "1", "the file cannot be used, or OUT cannot be written" },
			{ "125", "wrong usage" },
		},
	},
	{
		.id = COMMAND_DIFF,
		.name = "diff",
		.operand = OPERAND_FILES,
		.operand_text = "BASE... -- HEAD...",
		.operand_word = "file",
		.text = "runs of one program against others of it",
		.intro = "Shows the median and the spread of each figure on both sides, and of the CPU "
			 "of each program. Of two files no '--' is needed between.",
		.notes = "Whether wall time, CPU and peak differ by more than equal sets do is "
			 "judged from 5 runs a side, and programs from 10 (Mann-Whitney, p < 0.01; "
			 "of programs with Holm's correction). A file that is cut off, has no "
			 "records of processes, is of another program, or is counted in another "
			 "way than the first, is refused.",
		.examples = {
			{ "diff before.jsonl after.jsonl", NULL },
			{ "diff old*.jsonl -- new*.jsonl", "10 runs a side tell most" },
			{ "diff --md old*.jsonl -- new*.jsonl", "for a page of CI" },
		},
		.exits = {
			{ "0", "they were compared" },
			{ "1", "a file cannot be used or written" },
			{ "123", "a condition of --fail-if holds" },
			{ "125", "wrong usage" },
		},
	},
	{
		.id = COMMAND_BENCH,
		.name = "bench",
		.operand = OPERAND_LINE,
		.operand_text = "CMD | -- PROGRAM [ARG...]",
		.operand_word = "command",
		.text = "many runs of CMD, or of several in turn",
		.intro = "Runs CMD again and again, and tells the median and the spread of what it "
			 "and everything it started used: wall time, CPU, memory, disk, processes, "
			 "and CPU by program. Of several CMDs each is compared with the first.",
		.notes = "CMD is one word for 'sh -c'. What the shell itself used is the row of sh. "
			 "Its standard input is /dev/null, and what it writes goes there. Whether wall "
			 "time, CPU and peak differ is judged as by diff. Ctrl-C ends it and tells "
			 "what was measured so far.",
		.examples = {
			{ "bench 'sort big.txt'", "ten runs and one before them" },
			{ "bench -n 20 'gzip -k f' --vs 'zstd -k f'", "one against the other" },
			{ "bench --sweep j=1,2,4 --prepare 'make clean' 'make -j{j}'", NULL },
			{ "bench --fail-if 'cpu_time > 2s' -- ./test -v", "123 if the median is more" },
		},
		.exits = {
			{ "0", "all has run" },
			{ "1", "what was measured cannot be written" },
			{ "123", "a budget of --fail-if was broken by the medians" },
			{ "125", "wrong usage, a file that cannot be made, or a CMD that failed" },
			{ "128+N", "signal N ended it; what was measured so far is told" },
		},
	},
	{
		.id = COMMAND_REPORT,
		.name = "report",
		.operand = OPERAND_FILES,
		.operand_text = "FILE... -o OUT.html",
		.operand_word = "FILE",
		.text = "one page of recorded runs, to look at",
		.intro = "Writes one file that a browser shows without a network: CPU, memory, "
			 "processes and disk over time, every process as a bar, what the wall time "
			 "waited for, and tables. Several files are laid over each other.",
		.notes = "The page loads nothing and sends nothing. Of more than 100,000 processes "
			 "it has the 50,000 that used most CPU, as many that failed, and those that "
			 "the wall time waited for, and says so.",
		.examples = {
			{ "report run.jsonl -o run.html", NULL },
			{ "report -o runs.html monday.jsonl tuesday.jsonl", "one over the other" },
			{ "report run.jsonl.gz -o - > run.html", NULL },
		},
		.exits = {
			{ "0", "it was written" },
			{ "1", "a file cannot be used or written" },
			{ "125", "wrong usage, or built without libjs-dygraphs" },
		},
	},
	{
		.id = COMMAND_DOCTOR,
		.name = "doctor",
		.operand = OPERAND_NONE,
		.text = "what this machine allows, and what would help",
		.intro = "Tries what exact accounting needs on this machine, undoes it, and says "
			 "what is missing, what is lost by that, and which command would help.",
		.examples = {
			{ "doctor", NULL },
			{ "doctor --json", "one object for a machine" },
		},
		.exits = {
			{ "0", "figures would be exact" },
			{ "1", "they would not" },
			{ "125", "wrong usage, or the machine could not be examined" },
		},
	},
	{
		.id = COMMAND_HOST,
		.name = "host",
		.program = "denet-bpf-host",
		.text = "what each container and unit of this machine uses: shown, served, sent",
		.intro = "Shows the cgroups of this machine, by the names of their containers, pods, "
			 "units and jobs: CPU, memory, I/O, pids, pressure and throttling, every 15 "
			 "seconds until Ctrl-C. It is done by a program of its own, denet-bpf-host, "
			 "whose options 'denet-bpf host --help' tells. It reads "
			 "/etc/denet-bpf/host.yml: 'denet-bpf host config keys' tells what that may say.",
		.examples = {
			{ "host --once", "one table, of one second" },
			{ "host --json -i 1", "records, every second" },
			{ "host --once --container web -v", "one container, with all its figures" },
			{ "host config check", "what is wrong with the configuration" },
		},
		.exits = {
			{ "0", "it was shown, or a signal ended it" },
			{ "1", "records could not be written, or what was named is not there" },
			{ "125", "wrong usage, or denet-bpf-host is not installed" },
		},
	},
	{
		.id = COMMAND_HELP,
		.name = "help",
		.operand = OPERAND_TOPIC,
		.operand_text = "[TOPIC]",
		.operand_word = "topic",
		.text = "more about a command or another topic",
		.intro = "Tells about a command, or prints what is made from the same tables.",
		.examples = {
			{ "help run", NULL },
			{ "help --json", "commands and options for a machine" },
		},
		.exits = {
			{ "0", "it was shown" },
			{ "125", "wrong usage, or stdout cannot be written" },
		},
	},
#ifdef DENET_TEST_PROGRAM
	/* One whose program can be anything: tests/e2e/test_program.py. */
	{
		.id = COMMAND_PROGRAM,
		.name = "test",
		.program = DENET_TEST_PROGRAM,
		.text = "a test's",
		.intro = "Is done by a program of its own.",
		.examples = { { "test", NULL } },
		.exits = { { "125", "the program is not installed" } },
	},
#endif
};

#define COMMANDS (sizeof(command_table) / sizeof(command_table[0]))

_Static_assert(COMMAND_LAST < 32, "a bit for each command in an unsigned int");

size_t command_table_count(void)
{
	return COMMANDS;
}

const struct command_spec *command_table_get(size_t index)
{
	return &command_table[index];
}

const struct command_spec *command_table_of(enum command id)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (command_table[i].id == id)
			return &command_table[i];
	return &command_table[0];
}

const struct command_spec *command_table_find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command_spec *spec = &command_table[i];

		if (spec->name && (strcmp(spec->name, name) == 0 ||
				   (spec->alias && strcmp(spec->alias, name) == 0)))
			return spec;
	}
	return NULL;
}

size_t command_table_names(const char *names[], size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (command_table[i].name && count < room)
			names[count++] = command_table[i].name;
		if (command_table[i].alias && count < room)
			names[count++] = command_table[i].alias;
	}
	return count;
}
