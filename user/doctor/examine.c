/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor_internal.h"
#include "doctor/doctor.h"
#include "probe/examine.h"
#include "probe/probe.h"
#include "util/cleanup.h"

static enum denet_answer answer_of(enum probe_answer answer)
{
	switch (answer) {
	case PROBE_NO:
		return DENET_ANSWER_NO;
	case PROBE_YES:
		return DENET_ANSWER_YES;
	default:
		return DENET_ANSWER_UNKNOWN;
	}
}

/* libbpf's line may name the error already. */
static const char *reason_of(struct examination *examination, const struct probe_reason *reason)
{
	const char *error = strerror(-reason->error);

	if (!reason->error)
		return NULL;
	if (!reason->text[0])
		return examination_text(examination, "%s", error);
	if (strcasestr(reason->text, error))
		return examination_text(examination, "%s", reason->text);
	return examination_text(examination, "%s: %s", error, reason->text);
}

static void take_programs(struct examination *examination, const struct probe_findings *findings)
{
	struct denet_examination *shown = &examination->shown;

	for (size_t i = 0; i < findings->programs_count && i < EXAMINE_PROGRAMS_MAX; i++) {
		const struct probe_program_finding *finding = &findings->programs[i];

		examination->programs[shown->programs_count++] = (struct denet_program){
			.name = examination_text(examination, "%s", finding->name),
			.hook = examination_text(examination, "%s", finding->hook),
			.is_offered = answer_of(finding->is_offered),
			.is_loaded = answer_of(finding->is_loaded),
			.is_attached = answer_of(finding->is_attached),
			.reason = reason_of(examination, &finding->reason),
			.is_for_attach = finding->is_for_attach,
			.is_optional = finding->is_optional,
		};
	}
	for (size_t i = 0; i < PROBE_PATHS; i++)
		examination->paths[shown->paths_count++] = (struct denet_load_path){
			.name = findings->paths[i].name,
			.works = answer_of(findings->paths[i].works),
			.reason = reason_of(examination, &findings->paths[i].reason),
		};
}

static void try_probe(struct examination *examination)
{
	struct denet_examination *shown = &examination->shown;
	AUTO_FREE struct probe_findings *findings = calloc(1, sizeof(*findings));
	char text[PROBE_REASON_BYTES];

	if (!findings) {
		examination->error = -ENOMEM;
		return;
	}
	probe_examine(findings);
	take_programs(examination, findings);
	shown->has_task_storage = answer_of(findings->has_task_storage);
	shown->has_ring_buffer = answer_of(findings->has_ring_buffer);
	shown->load_path = findings->load_path;
	if (findings->memory_limit_kb < shown->memory_limit_kb)
		shown->memory_limit_kb = findings->memory_limit_kb;
	shown->cpu_limit_cores = fmin(shown->cpu_limit_cores, findings->cpu_limit_cores);
	if (!findings->reason.error) {
		shown->accounting = DENET_ACCOUNTING_BPF;
		return;
	}
	probe_explain(findings->reason.error, text, sizeof(text));
	shown->reason = examination_text(examination, "%s", text);
	if (shown->has_proc == DENET_ANSWER_YES)
		shown->accounting = DENET_ACCOUNTING_PROC;
}

int doctor_examine(const struct procfs *procfs, const char *program,
		   struct denet_examination **ret_examination)
{
	AUTO(examination) struct examination *examination = NULL;
	int r = examination_new(&examination);

	if (r)
		return r;
	/* First: loading may raise the limit that is reported. */
	machine_examine(examination, procfs);
	try_probe(examination);
	advice_give(examination, program);
	if (examination->error)
		return examination->error;
	*ret_examination = &TAKE(examination)->shown;
	return 0;
}

void doctor_free(struct denet_examination *examination)
{
	examination_free((struct examination *)examination);
}
