/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Tries everything that a run would need, and undoes it. */
#ifndef DENET_DOCTOR_DOCTOR_H
#define DENET_DOCTOR_DOCTOR_H

struct denet_examination;
struct procfs;

/* As denet_examine(), of what that /proc and /sys show. */
int doctor_examine(const struct procfs *procfs, const char *program,
		   struct denet_examination **ret_examination);

/* Accepts NULL. */
void doctor_free(struct denet_examination *examination);

#endif
