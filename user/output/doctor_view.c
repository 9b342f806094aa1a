/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/doctor_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/layout.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "output/human.h"

#define LABEL_COLUMNS 15

struct view {
	struct layout layout;
	const struct term_style *style;
	const struct denet_examination *examination;
};

/* Every text may hold foreign bytes. */
static void put(struct view *view, enum term_tone tone, const char *before, const char *text)
{
	AUTO(buf) struct buf plain = { 0 };

	text_append_fitted(&plain, view->style->is_unicode, text, strlen(text), SIZE_MAX);
	layout_piece(&view->layout, tone, "%s%s", before, buf_text(&plain));
}

static void put_answer(struct view *view, enum denet_answer answer, enum denet_answer good,
		       const char *yes, const char *no)
{
	if (answer == DENET_ANSWER_UNKNOWN)
		layout_piece(&view->layout, TONE_FAINT, "not known");
	else
		layout_piece(&view->layout, answer == good ? TONE_PLAIN : TONE_WARN, "%s",
			     answer == DENET_ANSWER_YES ? yes : no);
}

static void show_verdict(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	layout_row(&view->layout, "accounting");
	if (examination->accounting == DENET_ACCOUNTING_BPF) {
		layout_piece(&view->layout, TONE_GOOD, "exact, by eBPF");
		put(view, TONE_PLAIN, "load path: ", examination->load_path);
		return;
	}
	if (examination->accounting == DENET_ACCOUNTING_PROC)
		layout_piece(&view->layout, TONE_BAD, "sampled from /proc: lower bounds");
	else
		layout_piece(&view->layout, TONE_BAD, "none");
	if (examination->reason)
		put(view, TONE_PLAIN, "because ", examination->reason);
}

static void show_kernel(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	layout_row(&view->layout, "kernel");
	if (examination->kernel_release)
		put(view, TONE_PLAIN, "", examination->kernel_release);
	if (examination->architecture)
		put(view, TONE_PLAIN, "", examination->architecture);
	layout_row(&view->layout, "btf");
	put_answer(view, examination->has_btf, DENET_ANSWER_YES, "/sys/kernel/btf/vmlinux",
		   "/sys/kernel/btf/vmlinux cannot be read");
	if (examination->btf_reason)
		put(view, TONE_PLAIN, "", examination->btf_reason);
	layout_row(&view->layout, "task storage");
	put_answer(view, examination->has_task_storage, DENET_ANSWER_YES, "offered",
		   "not offered: a hash serves");
	layout_row(&view->layout, "ring buffer");
	put_answer(view, examination->has_ring_buffer, DENET_ANSWER_YES, "offered", "not offered");
}

static const char *describe(const struct denet_capability *capability)
{
	if (capability->is_effective == DENET_ANSWER_YES)
		return "held";
	if (capability->is_permitted == DENET_ANSWER_YES)
		return "permitted, not effective";
	if (capability->is_bounding == DENET_ANSWER_NO)
		return "out of reach";
	return capability->is_effective == DENET_ANSWER_NO ? "not held" : "not known";
}

/* Those that are needed catch the eye when they are missing. */
static enum term_tone tone_of(const struct view *view, const struct denet_capability *capability)
{
	bool is_needed =
		!strcmp(capability->name, "CAP_BPF") || !strcmp(capability->name, "CAP_PERFMON");

	if (capability->is_effective == DENET_ANSWER_YES)
		return TONE_PLAIN;
	return is_needed && view->examination->accounting != DENET_ACCOUNTING_BPF ? TONE_BAD
										  : TONE_FAINT;
}

/* Of those that are not for loading. */
static const char *purpose_of(const char *name)
{
	if (!strcmp(name, "CAP_SYS_PTRACE"))
		return "for PSS of others";
	if (!strcmp(name, "CAP_SYS_RESOURCE"))
		return "needed before 5.11 only";
	return NULL;
}

static void show_capability(struct view *view, const struct denet_capability *capability)
{
	const char *purpose = purpose_of(capability->name);

	layout_piece(&view->layout, tone_of(view, capability), "%-16s %s", capability->name,
		     describe(capability));
	if (purpose)
		layout_piece(&view->layout, TONE_FAINT, "%s", purpose);
}

static void show_rights(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	for (size_t i = 0; i < examination->capabilities_count; i++) {
		const struct denet_capability *capability = &examination->capabilities[i];

		layout_row(&view->layout, i ? "" : "capabilities");
		show_capability(view, capability);
	}
	layout_row(&view->layout, "user namespace");
	put_answer(view, examination->is_first_user_namespace, DENET_ANSWER_YES, "initial",
		   "not the initial one: its capabilities do not count for bpf()");
	layout_row(&view->layout, "pid namespace");
	put_answer(view, examination->is_first_pid_namespace, DENET_ANSWER_YES, "initial",
		   "not the initial one");
	if (examination->container)
		put(view, TONE_PLAIN, "", examination->container);
	layout_row(&view->layout, "no new privs");
	put_answer(view, examination->has_no_new_privs, DENET_ANSWER_NO,
		   "set: sudo and file capabilities do nothing", "not set");
}

static void show_number(struct view *view, const char *label, uint64_t value)
{
	layout_row(&view->layout, label);
	if (value == DENET_UNKNOWN)
		layout_piece(&view->layout, TONE_FAINT, "not known");
	else
		layout_piece(&view->layout, TONE_PLAIN, "%llu", (unsigned long long)value);
}

static void show_text(struct view *view, const char *label, const char *text)
{
	layout_row(&view->layout, label);
	put(view, text ? TONE_PLAIN : TONE_FAINT, "", text ? text : "not known");
}

static void show_settings(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	layout_row(&view->layout, "seccomp");
	if (examination->seccomp_mode == DENET_UNKNOWN)
		layout_piece(&view->layout, TONE_FAINT, "not known");
	else
		layout_piece(&view->layout, examination->seccomp_mode ? TONE_WARN : TONE_PLAIN,
			     "%s",
			     examination->seccomp_mode == 0   ? "none"
			     : examination->seccomp_mode == 2 ? "a filter is in force"
							      : "strict");
	show_text(view, "lockdown", examination->lockdown);
	show_number(view, "bpf disabled", examination->unprivileged_bpf_disabled);
	if (examination->unprivileged_bpf_disabled != DENET_UNKNOWN)
		layout_piece(&view->layout, TONE_FAINT,
			     "for users without capabilities; no obstacle");
	show_text(view, "perf paranoid", examination->perf_event_paranoid);
	show_number(view, "ptrace scope", examination->ptrace_scope);
	layout_row(&view->layout, "memlock");
	if (examination->is_memlock_unlimited)
		layout_piece(&view->layout, TONE_PLAIN, "unlimited");
	else if (examination->memlock_bytes == DENET_UNKNOWN)
		layout_piece(&view->layout, TONE_FAINT, "not known");
	else
		layout_piece(&view->layout, TONE_PLAIN, "%s",
			     human_bytes(examination->memlock_bytes).text);
}

/* Of a command that is started from here. */
static void show_bounds(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	layout_row(&view->layout, "limits");
	if (examination->memory_limit_kb == DENET_UNKNOWN)
		layout_piece(&view->layout, TONE_FAINT, "memory: none known");
	else
		layout_piece(&view->layout, TONE_PLAIN, "memory %s",
			     human_kib(examination->memory_limit_kb).text);
	if (examination->cpus_allowed != DENET_UNKNOWN && examination->cpus_online != DENET_UNKNOWN)
		layout_piece(&view->layout, TONE_PLAIN, "%s of %s cpus",
			     human_count(examination->cpus_allowed).text,
			     human_count(examination->cpus_online).text);
	if (isfinite(examination->cpu_limit_cores))
		layout_piece(&view->layout, TONE_PLAIN, "%.3g %s (quota)",
			     examination->cpu_limit_cores,
			     examination->cpu_limit_cores == 1 ? "core" : "cores");
}

static void show_files(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	show_text(view, "cgroup", examination->cgroup_version);
	if (examination->cgroup_v2_path)
		put(view, TONE_PLAIN, "v2 mounted at ", examination->cgroup_v2_path);
	if (examination->cgroup_v2_controllers)
		put(view, TONE_PLAIN, "controllers: ",
		    *examination->cgroup_v2_controllers ? examination->cgroup_v2_controllers
							: "none");
	layout_row(&view->layout, "proc");
	put_answer(view, examination->has_proc, DENET_ANSWER_YES, "mounted", "not mounted");
	if (examination->hidepid)
		put(view, TONE_PLAIN, "hidepid ", examination->hidepid);
	if (examination->has_children_file != DENET_ANSWER_UNKNOWN)
		put_answer(view, examination->has_children_file, DENET_ANSWER_YES, "lists children",
			   "does not list children");
}

static void show_program(struct view *view, const struct denet_program *program)
{
	const char *state = "not tried";
	enum term_tone tone = TONE_FAINT;

	if (program->is_attached == DENET_ANSWER_YES) {
		/* What is called and has no hook is there when it is loaded. */
		state = strchr(program->hook, '/') ? "attached" : "loaded";
		tone = TONE_GOOD;
	} else if (program->is_loaded != DENET_ANSWER_UNKNOWN) {
		state = program->is_loaded == DENET_ANSWER_YES ? "not attached" : "not loaded";
		tone = program->is_optional ? TONE_WARN : TONE_BAD;
	}
	layout_piece(&view->layout, TONE_PLAIN, "%-18s %-25s", program->name, program->hook);
	layout_piece(&view->layout, tone, "%s", state);
	if (program->is_offered == DENET_ANSWER_NO)
		layout_piece(&view->layout, TONE_BAD, "no such hook in this kernel");
}

static bool is_same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* One reason for many is told once, under the last of them. */
static void show_programs(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	for (size_t i = 0; i < examination->programs_count; i++) {
		const struct denet_program *program = &examination->programs[i];
		bool is_last = i + 1 == examination->programs_count;

		layout_row(&view->layout, i ? "" : "programs");
		show_program(view, program);
		if (!program->reason || (!is_last && is_same(program->reason, program[1].reason)))
			continue;
		layout_row(&view->layout, "");
		put(view, TONE_WARN, "", program->reason);
	}
}

static void show_paths(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	for (size_t i = 0; i < examination->paths_count; i++) {
		const struct denet_load_path *path = &examination->paths[i];
		bool works = path->works == DENET_ANSWER_YES;

		layout_row(&view->layout, i ? "" : "load paths");
		layout_piece(&view->layout, works ? TONE_PLAIN : TONE_FAINT, "%-18s %s", path->name,
			     works			      ? "works"
			     : path->works == DENET_ANSWER_NO ? "does not work"
							      : "not tried");
	}
}

/* On one line however long, so that it can be copied. */
static void show_command(struct view *view, const char *command)
{
	AUTO(buf) struct buf plain = { 0 };
	struct buf *buf = view->layout.buf;

	layout_row_end(&view->layout);
	text_append_fitted(&plain, view->style->is_unicode, command, strlen(command), SIZE_MAX);
	buf_append_repeated(buf, ' ', view->layout.indent + view->layout.label_columns + 2);
	term_append(buf, view->style, TONE_STRONG, buf_text(&plain));
	buf_append_char(buf, '\n');
}

/* Sets the parts of the table apart. */
static void show_gap(struct view *view)
{
	layout_row_end(&view->layout);
	buf_append_char(view->layout.buf, '\n');
}

static void show_advice(struct view *view)
{
	const struct denet_examination *examination = view->examination;

	for (size_t i = 0; i < examination->losses_count; i++) {
		layout_row(&view->layout, i ? "" : "lost");
		put(view, TONE_PLAIN, "- ", examination->losses[i]);
	}
	for (size_t i = 0; i < examination->fixes_count; i++) {
		layout_row(&view->layout, i ? "" : "what helps");
		put(view, TONE_PLAIN, "- ", examination->fixes[i].text);
		if (examination->fixes[i].command)
			show_command(view, examination->fixes[i].command);
	}
}

void doctor_view_append(struct buf *buf, const struct term_style *style,
			const struct denet_examination *examination)
{
	struct view view = { .style = style, .examination = examination };

	layout_init(&view.layout, buf, style, LABEL_COLUMNS);
	show_verdict(&view);
	show_gap(&view);
	show_kernel(&view);
	show_rights(&view);
	show_settings(&view);
	show_bounds(&view);
	show_files(&view);
	show_gap(&view);
	show_programs(&view);
	show_paths(&view);
	if (examination->losses_count + examination->fixes_count > 0)
		show_gap(&view);
	show_advice(&view);
	layout_row_end(&view.layout);
}
