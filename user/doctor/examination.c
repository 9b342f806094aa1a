/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What an examination holds in memory. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "doctor/doctor_internal.h"

int examination_new(struct examination **ret_examination)
{
	struct examination *examination = calloc(1, sizeof(*examination));

	if (!examination)
		return -ENOMEM;
	examination->shown = (struct denet_examination){
		.size = sizeof(examination->shown),
		.accounting = DENET_ACCOUNTING_NONE,
		.programs = examination->programs,
		.paths = examination->paths,
		.capabilities = examination->capabilities,
		.losses = examination->losses,
		.fixes = examination->fixes,
		.uid = DENET_UNKNOWN,
		.seccomp_mode = DENET_UNKNOWN,
		.unprivileged_bpf_disabled = DENET_UNKNOWN,
		.memlock_bytes = DENET_UNKNOWN,
		.ptrace_scope = DENET_UNKNOWN,
		.memory_limit_kb = DENET_UNKNOWN,
		.cpus_allowed = DENET_UNKNOWN,
		.cpu_limit_cores = NAN,
		.cpus_online = DENET_UNKNOWN,
	};
	*ret_examination = examination;
	return 0;
}

void examination_free(struct examination *examination)
{
	if (!examination)
		return;
	for (size_t i = 0; i < examination->texts_count; i++)
		free(examination->texts[i]);
	free(examination);
}

const char *examination_text(struct examination *examination, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	if (examination->texts_count == EXAMINE_TEXTS_MAX)
		return NULL;
	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0) {
		examination->error = -ENOMEM;
		return NULL;
	}
	return examination->texts[examination->texts_count++] = text;
}
