/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet's env record: what the machine is. denet_env_json() is the public way to it. */
#ifndef DENET_API_ENV_H
#define DENET_API_ENV_H

#include <stdint.h>

struct host;
struct json;

/* One object, in denet's order of keys. */
void env_write(struct json *json, const struct host *host, uint64_t ts_ms);

#endif
