/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/rules.h"

#include <stddef.h>
#include <string.h>

#include "agent/status.h"
#include "alert/ruleset.h"
#include "alert/trial.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

static int check(const char *file, struct faults *faults, struct buf *answer)
{
	AUTO(ruleset) struct ruleset rules = { 0 };
	int r = ruleset_read(file, faults, &rules);

	buf_printf(answer, "%s is in order: %zu rule%s\n", file, rules.count,
		   rules.count == 1 ? "" : "s");
	return r;
}

static int test(const char *file, struct faults *faults, struct buf *answer)
{
	size_t count;
	int r = trial_run(file, faults, &count);

	buf_printf(answer, "%s: %zu test%s passed\n", file, count, count == 1 ? "" : "s");
	return r;
}

static int tell_faults(const char *file, const struct faults *faults, int r)
{
	for (size_t i = 0; i < faults->count; i++)
		(void)log_error(0, "%s", faults->items[i]);
	if (faults_are_many(faults))
		(void)log_error(0, "there may be more wrong with '%s'", file);
	if (!faults->count)
		(void)log_error(r, "cannot read '%s'", file);
	return STATUS_LOST;
}

int rules_main(int argc, char *argv[])
{
	AUTO(faults) struct faults faults = { 0 };
	AUTO(buf) struct buf answer = { 0 };
	bool is_check = argc == 3 && strcmp(argv[1], "check") == 0;
	int r;

	if (!is_check && (argc != 3 || strcmp(argv[1], "test") != 0)) {
		(void)log_error(0, "'rules' takes check FILE or test FILE");
		return STATUS_FAILED;
	}
	r = (is_check ? check : test)(argv[2], &faults, &answer);
	if (r)
		return tell_faults(argv[2], &faults, r);
	r = sink_write_whole(NULL, &answer);
	if (r)
		(void)log_error(r, "cannot write to stdout");
	return r ? STATUS_FAILED : STATUS_OK;
}
