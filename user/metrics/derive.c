/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/derive.h"

#include <math.h>

#include "metrics/table.h"

void derive_forget_one(const struct metric_use *use, void *base)
{
	void *value = (char *)base + use->offset;

	switch (use->metric->shown.form) {
	case DENET_FORM_U64:
		*(uint64_t *)value = DENET_UNKNOWN;
		break;
	case DENET_FORM_FLOAT:
	case DENET_FORM_DOUBLE:
		*(double *)value = NAN;
		break;
	default:
		break;
	}
}

void derive_forget(enum denet_record record, void *base)
{
	struct metric_list list = metric_list(record);

	for (size_t i = 0; i < list.count; i++)
		derive_forget_one(&list.uses[i], base);
}

static void forget_measured(struct denet_summary *summary)
{
	struct metric_list list = metric_list(DENET_RECORD_SUMMARY);

	for (size_t i = 0; i < list.count; i++)
		if (!(list.uses[i].metric->flags & METRIC_UNMEASURED))
			derive_forget_one(&list.uses[i], summary);
	summary->peak_process_pid = 0;
	summary->peak_process_comm = NULL;
	summary->psi_samples = 0;
	summary->pss_is_bound = false;
	summary->pss_is_rough = false;
	summary->memory_limit_changed = summary->cpu_limit_changed = false;
	summary->memory_stall_of_cgroup = false;
	summary->memory_limit_hit = false;
	summary->is_root_alone = false;
}

const char *derive_verdict(double psi_some_fraction)
{
	if (isnan(psi_some_fraction))
		return NULL;
	return psi_some_fraction > 0.5 ? "memory-bound" : "insufficient-data";
}

static double psi_fraction(const struct denet_summary *summary)
{
	if (summary->psi_samples == DENET_UNKNOWN)
		return summary->psi_some_fraction;
	if (!summary->psi_samples || summary->psi_stalled_samples == DENET_UNKNOWN)
		return NAN;
	return (double)summary->psi_stalled_samples / (double)summary->psi_samples;
}

/* A file without the key says that there was none. */
static uint64_t cpu_time_before_ns(const struct denet_summary *summary)
{
	uint64_t before_ns = summary->cpu_time_before_ns;

	return before_ns == DENET_UNKNOWN || before_ns > summary->used.cpu_time_ns ? 0 : before_ns;
}

/* Of the time that it was counted over; of a file that does not tell that, since the attach. */
static double cpu_percent(const struct denet_summary *summary)
{
	bool is_longer = summary->counted_ns && summary->counted_ns != DENET_UNKNOWN;
	uint64_t over_ns = is_longer ? summary->counted_ns : summary->wall_ns;
	uint64_t cpu_ns = summary->used.cpu_time_ns;

	if (cpu_ns == DENET_UNKNOWN || over_ns == DENET_UNKNOWN || !over_ns)
		return NAN;
	if (!is_longer)
		cpu_ns -= cpu_time_before_ns(summary);
	return 100 * (double)cpu_ns / (double)over_ns;
}

void derive_summary(struct denet_summary *summary)
{
	if (summary->accounting == DENET_ACCOUNTING_NONE)
		forget_measured(summary);
	summary->total_time_secs =
		summary->wall_ns == DENET_UNKNOWN ? NAN : (double)summary->wall_ns / 1e9;
	summary->avg_cpu_usage = cpu_percent(summary);
	summary->psi_some_fraction = psi_fraction(summary);
	summary->memory_verdict = derive_verdict(summary->psi_some_fraction);
}
