/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A command as the caller asks for it: checked, held and let go, with a sentence for what fails. */
#ifndef DENET_LAUNCH_REQUEST_H
#define DENET_LAUNCH_REQUEST_H

#include "denet/denet.h"

struct launch;

/* Over the defaults, from a caller of any age. launch may be NULL. */
int request_take(const struct denet_launch *launch, struct denet_launch *ret_launch,
		 struct denet_error *error);

/* When it has succeeded, the stub waits as the user that is asked for. */
int request_hold(const struct denet_launch *launch, struct launch *ret_held,
		 struct denet_error *error);

/* Returns when exec has succeeded. */
int request_release(struct launch *held, const struct denet_launch *launch,
		    struct denet_error *error);

#endif
