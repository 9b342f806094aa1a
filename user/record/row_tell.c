/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A record that is read, told as the monitor would have told it. */
#include "record/row.h"

#define TELL(observer_, callback_, argument_)                                    \
	do {                                                                     \
		if ((observer_)->callback_)                                      \
			(observer_)->callback_((observer_)->context, argument_); \
	} while (0)

void row_tell(struct row *row, const struct denet_observer *observer)
{
	row->start.size = sizeof(row->start);
	row->tree.size = sizeof(row->tree);
	row->exit.size = sizeof(row->exit);
	row->summary.size = sizeof(row->summary);
	row->process.size = sizeof(row->process);
	switch (row->kind) {
	case ROW_METADATA:
		TELL(observer, on_start, &row->start);
		break;
	case ROW_SAMPLE:
	case ROW_TREE:
		TELL(observer, on_sample, &row->tree);
		break;
	case ROW_EXIT:
		TELL(observer, on_exit, &row->exit);
		break;
	case ROW_SUMMARY:
		TELL(observer, on_summary, &row->summary);
		break;
	case ROW_PROCESS:
		TELL(observer, on_process, &row->process);
		break;
	}
}
