/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* /metrics, in the format that is asked for. */
#ifndef DENET_SERVE_METRICS_H
#define DENET_SERVE_METRICS_H

#include "serve/api.h"

/* NULL for another path. accepted: the header, or NULL. */
const struct api_route *metrics_find(const char *path, const char *accepted);

#endif
