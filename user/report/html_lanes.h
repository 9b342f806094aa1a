/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A figure by program and column, in the memory of a fixed number of programs. */
#ifndef DENET_REPORT_HTML_LANES_H
#define DENET_REPORT_HTML_LANES_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_COLUMNS 600 /* of a panel; more would be less than a pixel each */
#define HTML_LANES 48 /* programs that are told apart while records are read */

struct html_lane {
	char *name; /* owned */
	double weight; /* the lightest makes room for another */
	double values[HTML_COLUMNS];
};

struct html_lanes {
	struct html_lane *lanes[HTML_LANES]; /* owned */
	size_t count;
	double others[HTML_COLUMNS]; /* of all that have no lane */
};

/* A zeroed struct is empty. */
void html_lanes_done(struct html_lanes *lanes);

/* The lane of a program. Where there are too many, the lightest goes to the others. NULL for want of memory. */
struct html_lane *html_lanes_of(struct html_lanes *lanes, const char *name);

/* Each two columns become one: their sum. */
void html_lanes_add_pairs(struct html_lanes *lanes);

/* The same, but of each two one is taken, the second where is_second says so. */
void html_lanes_pick_pairs(struct html_lanes *lanes, const bool is_second[HTML_COLUMNS / 2]);

/* Leaves the heaviest so many, in that order, and adds the rest to the others. */
void html_lanes_keep(struct html_lanes *lanes, size_t count);

#endif
