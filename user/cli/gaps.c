/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/gaps.h"

#include <inttypes.h>

#include "util/log.h"

void gaps_warn(const char *path, const struct denet_stats *stats)
{
	const char *first = stats->skipped_text;

	if (stats->lines_skipped == 0) {
		if (stats->is_truncated)
			log_warning("'%s': the file is cut off%s%s", path, *first ? ": " : "",
				    first);
		else if (*first)
			log_warning("'%s': %s", path, first);
		return;
	}
	log_warning("'%s': %" PRIu64 " %s not read%s%s%s", path, stats->lines_skipped,
		    stats->lines_skipped == 1 ? "record" : "records",
		    stats->is_truncated ? ", the file is cut off" : "", *first ? "; first: " : "",
		    first);
}

void gaps_warn_all(const char *path, const struct denet_stats *stats)
{
	gaps_warn(path, stats);
	if (stats->is_ours && !stats->has_summary && !stats->is_truncated)
		log_warning("'%s': the records end before the run did", path);
}
