/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_examine: what the machine allows. */
#include "doctor/doctor.h"

#include "denet/denet.h"
#include "procfs/procfs.h"

int denet_examine(const char *program, struct denet_examination **ret_examination)
{
	return doctor_examine(procfs_host(), program, ret_examination);
}

void denet_examination_free(struct denet_examination *examination)
{
	doctor_free(examination);
}
