/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every option there is. Help, man pages, completions and docs/options.md are printed from here
 * (`make docs`), so texts are plain ASCII: no markup, and no quotes but the straight ones.
 */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)
#define SETTING(name) offsetof(struct options, monitor.name)

/* In the order of their enums. */
static const char *const formats[] = { "jsonl", "json", "csv", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };
static const char *const accountings[] = { "auto", "bpf", "proc", NULL };

static const char *const compats[] = { "denet", NULL };
static const char *const rows_by[] = { "comm", "cmd", "exe", "subtree", "cgroup", "user", NULL };
/* The first are of rows of one run. */
static const char *const sorts[] = { "cpu",  "wall", "peak", "runs",	"start", "status", "label",
				     "host", "job",  "user", "command", "file",	 NULL };
static const char *const children[] = { "all", "none", "top:", NULL };

/* Help shows the entries of a group in this order. */
const struct option_spec option_table[] = {
	{
		.letter = 'j',
		.name = "json",
		.kind = OPTION_FLAG,
		.commands = ON_ALL & ~(ON_CONVERT | ON_REPORT),
		.offset = FIELD(json),
		.group = OPTION_RECORDS,
		.text = "records to stdout, CMD's stdout to stderr",
		.details = "Records are written to stdout. What CMD writes to its stdout then goes "
			   "to stderr, so that the two never mix. Neither live line nor summary is "
			   "shown. With -o FILE records go to both, and with -q as well to FILE "
			   "alone.",
		.on_reading = "as JSON, for a machine",
	},
	{
		.letter = 'o',
		.name = "out",
		.value = "FILE",
		.kind = OPTION_FILE,
		.commands = ON_MONITOR | ON_STATS | ON_CONVERT | ON_DIFF | ON_REPORT | ON_DOCTOR,
		.offset = FIELD(out),
		.group = OPTION_RECORDS,
		.text = "records to FILE",
		.details = "Records are written to FILE beside whatever is shown. They are written "
			   "in whole lines at each sample, so that all lines but the last are "
			   "readable whatever ends denet-bpf. What FILE held before goes when "
			   "it is opened. '-' is stdout, as -j has it. A FILE that is stdout or "
			   "stderr itself, or /dev/fd/N, is written to where that stands. A FILE "
			   "whose name ends "
			   "in .gz is packed by gzip.",
		.on_reading = "to FILE; '-' is stdout",
	},
	{
		.name = "format",
		.environment = "DENET_BPF_FORMAT",
		.value = "jsonl|json|csv",
		.kind = OPTION_CHOICE,
		.commands = ON_MONITOR,
		.offset = FIELD(format),
		.choices = formats,
		.default_value = "jsonl",
		.group = OPTION_RECORDS,
		.text = "how records are written",
		.details = "jsonl writes one JSON object a line, json one array of the same "
			   "objects, and csv a header and then one row for each sample. It needs "
			   "-j or -o FILE.",
	},
	{
		.name = "children",
		.environment = "DENET_BPF_CHILDREN",
		.value = "all|top:N|none",
		.kind = OPTION_CHILDREN,
		.commands = ON_MONITOR,
		.choices = children,
		.default_value = "top:256",
		.group = OPTION_RECORDS,
		.text = "processes listed in a sample",
		.details = "How many descendants are listed in each sample: those that used most "
			   "CPU, then memory. Those that are left out are counted in "
			   "children_omitted; totals hold all of them.",
	},
	{
		.name = "label",
		.environment = "DENET_BPF_LABEL",
		.kind = OPTION_TEXT,
		.commands = ON_MONITOR,
		.offset = SETTING(label),
		.group = OPTION_RECORDS,
		.value = "TEXT",
		.text = "what the run is called in its records",
		.details = "Stands as label in the metadata record, to tell the files of several "
			   "runs apart.",
	},
	{
		.name = "write-env",
		.environment = "DENET_BPF_WRITE_ENV",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR,
		.offset = FIELD(write_env),
		.group = OPTION_RECORDS,
		.text = "begin with a record about this machine",
		.details =
			"The first record then has the kind env and describes the machine: host, "
			"kernel, processors, memory, file systems.",
	},
	{
		.name = "compat",
		.environment = "DENET_BPF_COMPAT",
		.value = "denet",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR,
		.offset = FIELD(compat_denet),
		.choices = compats,
		.group = OPTION_RECORDS,
		.text = "only what denet itself would write",
		.details = "Records have denet's kinds and keys alone, for programs that take "
			   "every other kind for a sample.",
	},
	{
		.letter = 'i',
		.name = "interval",
		.environment = "DENET_BPF_INTERVAL",
		.value = "MS",
		.kind = OPTION_MS,
		.commands = ON_MONITOR | ON_BENCH,
		.tolerated = ON_STATS,
		.offset = SETTING(interval_ms),
		.default_value = "100",
		.group = OPTION_MEASURE,
		.text = "between samples in the first second",
		.details = "Milliseconds between two samples in the first second. From then on the "
			   "interval grows, until it is that of --max-interval after ten seconds. "
			   "Totals do not depend on it: samples are for what changes over time. "
			   "An interval above that of --max-interval raises it.",
	},
	{
		.letter = 'm',
		.name = "max-interval",
		.environment = "DENET_BPF_MAX_INTERVAL",
		.value = "MS",
		.kind = OPTION_MS,
		.commands = ON_MONITOR | ON_BENCH,
		.tolerated = ON_STATS,
		.offset = SETTING(max_interval_ms),
		.default_value = "1000",
		.group = OPTION_MEASURE,
		.text = "between samples after ten seconds",
		.details =
			"Milliseconds between two samples from ten seconds on. One below that of "
			"--interval lowers it.",
	},
	{
		.letter = 'd',
		.name = "duration",
		.environment = "DENET_BPF_DURATION",
		.value = "S",
		.kind = OPTION_SECONDS,
		.commands = ON_MONITOR,
		.tolerated = ON_STATS,
		.offset = SETTING(duration_ns),
		.default_value = "0",
		.group = OPTION_MEASURE,
		.text = "stop after S seconds, 0: never; CMD runs on",
		.details =
			"Monitoring ends after so many seconds, which may have decimals, and what "
			"is monitored runs on. 0 is no limit.",
	},
	{
		.name = "no-polling",
		.environment = "DENET_BPF_NO_POLLING",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR | ON_BENCH,
		.tolerated = ON_STATS,
		.offset = SETTING(no_polling),
		.group = OPTION_MEASURE,
		.text = "only one sample, the last",
		.details =
			"No samples are taken but one at the end. Totals and records of processes "
			"are the same.",
	},
	{
		.name = "wait-all",
		.environment = "DENET_BPF_WAIT_ALL",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR,
		.offset = SETTING(wait_all),
		.group = OPTION_MEASURE,
		.text = "stay until the last descendant has ended",
		.details =
			"Without it monitoring ends with the first process, and descendants that "
			"outlive it are told as running.",
	},
	{
		.name = "exclude-children",
		.environment = "DENET_BPF_EXCLUDE_CHILDREN",
		.alias = "no-include-children",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR,
		.tolerated = ON_STATS,
		.offset = SETTING(exclude_children),
		.group = OPTION_MEASURE,
		.text = "measure the first process alone",
		.details = "Totals, samples and rows are of the first process alone, and samples "
			   "have the kind sample.",
	},
	{
		.name = "since-process-start",
		.environment = "DENET_BPF_SINCE_PROCESS_START",
		.kind = OPTION_FLAG,
		.commands = ON_ATTACH,
		.tolerated = ON_RUN | ON_STATS,
		.offset = SETTING(since_process_start),
		.group = OPTION_MEASURE,
		.text = "count from birth, not from now",
		.details =
			"Totals hold what the processes used before the attach as well, from the "
			"birth of each.",
	},
	{
		.name = "pss",
		.environment = "DENET_BPF_PSS",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR,
		.offset = SETTING(pss),
		.group = OPTION_MEASURE,
		.text = "PSS of everybody at each sample; slow",
		.details = "PSS is memory with shared pages once, divided among those that share "
			   "them. Without this option it is read near the peaks of the sum of RSS, "
			   "seldom and of nobody whom that would hold up; with it at every sample, "
			   "whatever that costs: the kernel walks all pages for it, 20 to 40 ms a "
			   "GiB, and a process that maps or unmaps memory waits meanwhile.",
	},
	{
		.name = "no-pss",
		.environment = "DENET_BPF_NO_PSS",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR | ON_BENCH,
		.offset = SETTING(no_pss),
		.group = OPTION_MEASURE,
		.text = "PSS is never read",
		.details = "The summary then has the sum of RSS, which counts shared pages in each "
			   "process. Root's runs keep CAP_SYS_PTRACE for PSS alone, and without it "
			   "give that up.",
	},
	{
		.name = "accounting",
		.environment = "DENET_BPF_ACCOUNTING",
		.value = "auto|bpf|proc",
		.kind = OPTION_CHOICE,
		.commands = ON_MONITOR | ON_BENCH,
		.offset = SETTING(accounting),
		.choices = accountings,
		.default_value = "auto",
		.group = OPTION_MEASURE,
		.text = "bpf: exact or not at all",
		.details =
			"Where the figures come from. bpf is exact and needs rights that "
			"'denet-bpf doctor' tells; where it cannot be had, nothing is started. "
			"proc samples /proc, needs no rights, and gives lower bounds. auto takes "
			"the first of them that works and says so.",
	},
	{
		.name = "net",
		.environment = "DENET_BPF_NET",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR,
		.offset = SETTING(net),
		.group = OPTION_MEASURE,
		.text = "bytes that each process sends and receives",
		.details = "What goes through sockets of IPv4 and IPv6 is counted by process and "
			   "program, exactly but for what splice takes from a socket; loopback "
			   "counts, at both ends. It takes BPF and Linux 6.3, and every such call "
			   "of anybody on the machine then costs 0.2 us more.",
	},
	{
		.name = "own-cgroup",
		.environment = "DENET_BPF_OWN_CGROUP",
		.kind = OPTION_FLAG,
		.commands = ON_RUN,
		.offset = FIELD(own_cgroup),
		.group = OPTION_MEASURE,
		.text = "CMD in a cgroup of its own",
		.details =
			"CMD is started in a cgroup that is made for it below the caller's, in "
			"each hierarchy that counts CPU or memory. Its total of CPU time is then "
			"exact with --accounting proc, too, and its peak of memory, with page "
			"cache, is told beside the others. It takes root, or a cgroup that was "
			"delegated to the caller; where it cannot be made, a warning says why "
			"and CMD runs without. It is removed at the end. Where somebody is still "
			"in it then, or denet-bpf was killed, the next run with this option "
			"removes it.",
	},
	{
		.name = "proc-root",
		.value = "DIR",
		.kind = OPTION_FILE,
		.commands = ON_MONITOR | ON_DOCTOR,
		.offset = SETTING(proc_root),
		.group = OPTION_MEASURE,
		.text = "read DIR as /proc",
		.details = "For a container that has the /proc of its machine, and of its own pid "
			   "namespace, in another place. Where DIR shows another namespace, "
			   "nothing is taken from it that goes by pids.",
	},
	{
		.name = "live",
		.environment = "DENET_BPF_LIVE",
		.kind = OPTION_FLAG,
		.commands = ON_RUN,
		.tolerated = ON_ATTACH,
		.offset = FIELD(live),
		.group = OPTION_SCREEN,
		.text = "figures on the terminal while CMD runs",
		.details =
			"For watching a long run: time, processes, CPU, memory, threads and disk, "
			"anew at each sample. They never stand in what CMD writes. Where its "
			"stdout "
			"and stderr both go to files or to /dev/null they take one line of the "
			"terminal, which goes at the end; else, as CMD may write to the terminal "
			"at "
			"any time, the title of its window; on one without a title, nowhere. "
			"In the background nothing is shown. attach shows the line without being "
			"asked.",
	},
	{
		.letter = 'n',
		.name = "no-update",
		.environment = "DENET_BPF_NO_UPDATE",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR,
		.tolerated = ON_STATS,
		.offset = FIELD(no_update),
		.group = OPTION_SCREEN,
		.text = "one line after the other, on stderr",
		.details = "Writes a new line to stderr for each sample, to a terminal or to "
			   "anything else.",
	},
	{
		.name = "by",
		.value = "comm|cmd|exe|subtree|cgroup|user",
		.kind = OPTION_CHOICE,
		.commands = ON_MONITOR | ON_STATS,
		.offset = FIELD(by),
		.choices = rows_by,
		.default_value = "comm",
		.group = OPTION_SCREEN,
		.text = "what a row of the table is",
		.details = "comm is a row for each name of a program, cmd for each command line, "
			   "exe for "
			   "each file of a program, cgroup and user for each of these. subtree is "
			   "a row for "
			   "each child of the first process, with all that it has started. The "
			   "wall time of "
			   "a row is that while at least one of its processes lived.",
	},
	{
		.name = "under",
		.value = "PATTERN",
		.kind = OPTION_TEXT,
		.commands = ON_MONITOR | ON_STATS,
		.offset = FIELD(under),
		.group = OPTION_SCREEN,
		.text = "only what processes that match have started",
		.details = "PATTERN is one of a shell, such as 'make' or '*snakemake*', and stands "
			   "for a "
			   "name or for a whole command line. The table then has a row for each "
			   "child of "
			   "those that match, with all that it has started: the jobs of a build. "
			   "With --by "
			   "it is made of these processes in another way.",
	},
	{
		.name = "sort",
		.value = "KEY",
		.kind = OPTION_CHOICE,
		.commands = ON_MONITOR | ON_STATS,
		.offset = FIELD(sort),
		.choices = sorts,
		.default_value = "cpu",
		.group = OPTION_SCREEN,
		.text = "by cpu, wall, peak, runs, ... of a row",
		.details =
			"What the table is sorted by: cpu, wall, peak or runs, the largest first. "
			"Of several files also start, the oldest first, status, failures first, "
			"and label, host, job, user, command or file.",
	},
	{
		.name = "top",
		.value = "N",
		.kind = OPTION_COUNT,
		.commands = ON_MONITOR | ON_STATS | ON_DIFF | ON_BENCH,
		.offset = FIELD(top),
		.group = OPTION_SCREEN,
		.text = "rows of each table",
		.details = "How many rows the tables of the summary have at most: 8 by command, "
			   "the 3 heaviest processes, and the 5 longest stretches of what the wall "
			   "time waited for. Of diff and bench 10 programs; of several files all "
			   "have a row without it.",
	},
	{
		.letter = 'q',
		.name = "quiet",
		.environment = "DENET_BPF_QUIET",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR | ON_STATS | ON_CONVERT | ON_BENCH | ON_REPORT | ON_DOCTOR,
		.offset = FIELD(quiet),
		.group = OPTION_SCREEN,
		.text = "errors and the records asked for, no more",
		.details = "Nothing is shown but errors. Records are written where they were asked "
			   "for.",
		.on_reading = "errors and what was asked for, no more",
	},
	{
		.letter = 'v',
		.name = "verbose",
		.environment = "DENET_BPF_VERBOSE",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR | ON_STATS | ON_DIFF | ON_BENCH,
		.offset = FIELD(verbose),
		.group = OPTION_SCREEN,
		.text = "more figures in the summary",
		.details = "The summary also has bytes of system calls, network, page faults, "
			   "context switches, and the number of samples. On a terminal of fewer "
			   "than 60 columns, where it else has its first lines alone, it has the "
			   "tables, too.",
	},
	{
		.name = "color",
		.environment = "DENET_BPF_COLOR",
		.value = "auto|always|never",
		.kind = OPTION_CHOICE,
		.commands = ON_MONITOR | ON_STATS | ON_BENCH | ON_DOCTOR,
		.offset = FIELD(color),
		.choices = colors,
		.default_value = "auto",
		.group = OPTION_SCREEN,
		.text = "auto: on a terminal, unless NO_COLOR",
		.details = "auto colours what is shown on a terminal, unless the environment has "
			   "NO_COLOR or TERM is dumb.",
	},
	{
		.letter = 'u',
		.name = "user",
		.value = "USER",
		.kind = OPTION_NAME,
		.commands = ON_RUN | ON_BENCH,
		.offset = FIELD(user),
		.group = OPTION_GENERAL,
		.text = "run CMD as USER, a name or #UID; needs root",
		.details = "CMD runs as USER with all groups, HOME, SHELL, USER and LOGNAME of the "
			   "account, while denet-bpf keeps root's rights for measuring. #UID is "
			   "the account with that number. All else of root's environment is "
			   "passed on to CMD, unless --clean-env is given. CMD cannot type into "
			   "the terminal in place of root (ioctl TIOCSTI, TIOCLINUX). What "
			   "--prepare of bench names runs as root.",
	},
	{
		.name = "clean-env",
		.kind = OPTION_FLAG,
		.commands = ON_RUN | ON_BENCH,
		.offset = FIELD(clean_env),
		.group = OPTION_GENERAL,
		.text = "with -u: without root's environment",
		.details = "With -u, CMD gets of root's environment what sudo would leave of it by "
			   "default: TERM, PATH, language, time zone and display, and HOME, SHELL, "
			   "USER, LOGNAME and MAIL of the account.",
	},
	{
		.letter = 'h',
		.name = "help",
		.kind = OPTION_HELP,
		.commands = ON_ALL,
		.group = OPTION_GENERAL,
		.text = "this help",
		.details =
			"Shows the help of the command, or of all when none was given before it.",
	},
	{
		.letter = 'V',
		.name = "version",
		.kind = OPTION_VERSION,
		.commands = ON_ALL,
		.group = OPTION_GENERAL,
		.text = "the version",
		.details = "Shows the version and does nothing else.",
	},
	/* What denet has or had, and programs that call it still give. */
	{ .name = "nodump", .kind = OPTION_IGNORED, .tolerated = ON_MONITOR | ON_STATS },
	{ .name = "enable-ebpf", .kind = OPTION_IGNORED, .tolerated = ON_MONITOR | ON_STATS },
	{ .name = "gpu", .kind = OPTION_IGNORED, .tolerated = ON_MONITOR | ON_STATS },
	{ .name = "debug", .kind = OPTION_IGNORED, .tolerated = ON_MONITOR | ON_STATS },
};

const size_t option_table_count = sizeof(option_table) / sizeof(option_table[0]);
