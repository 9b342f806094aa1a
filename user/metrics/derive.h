/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Figures of a summary that are made of its others. */
#ifndef DENET_METRICS_DERIVE_H
#define DENET_METRICS_DERIVE_H

#include "denet/denet.h"

/*
 * Fills in denet's keys. With psi_samples unknown psi_some_fraction stays as it is. Without accounting
 * no figure is known that takes one.
 */
void derive_summary(struct denet_summary *summary);

/* denet's word for a share of samples with memory stalls; NULL for NaN. */
const char *derive_verdict(double psi_some_fraction);

struct metric_use;

/* Makes one figure unknown. */
void derive_forget_one(const struct metric_use *use, void *base);

/* Makes every figure of a record's struct unknown. Texts and truths stay. */
void derive_forget(enum denet_record record, void *base);

#endif
