/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_examine: what the machine allows. */
#include "doctor/doctor.h"

#include "denet/denet.h"
#include "procfs/procfs.h"
#include "util/sized.h"

int denet_examine(const struct denet_examine_options *options,
		  struct denet_examination **ret_examination)
{
	struct denet_examine_options taken = { .size = sizeof(taken) };
	struct procfs procfs;
	int r = options ? sized_take(&taken, sizeof(taken), options) : 0;

	if (r)
		return r;
	procfs_init(&procfs, taken.proc_root);
	return doctor_examine(&procfs, taken.program, ret_examination);
}

void denet_examination_free(struct denet_examination *examination)
{
	doctor_free(examination);
}
