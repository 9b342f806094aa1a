/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the summary of a run says, and what it does not. */
#ifndef DENET_TESTS_SUMMARY_TEXT_H
#define DENET_TESTS_SUMMARY_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "output/summary_view.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define MS UINT64_C(1000000)

static inline void check_text(const struct denet_summary *summary, const char *with,
			      const char *without)
{
	const struct summary_context context = { 0 };
	const struct term_style style = { .columns = 200, .is_unicode = true };
	AUTO(buf) struct buf buf = { 0 };

	summary_view_append(&buf, &style, summary, &context);
	if (with && !strstr(buf_text(&buf), with))
		fail_msg("no '%s' in:\n%s", with, buf_text(&buf));
	if (without && strstr(buf_text(&buf), without))
		fail_msg("'%s' in:\n%s", without, buf_text(&buf));
}

#endif
