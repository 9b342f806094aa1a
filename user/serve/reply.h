/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Responses of libmicrohttpd, with the headers that all of ours have. */
#ifndef DENET_SERVE_REPLY_H
#define DENET_SERVE_REPLY_H

#include <stdbool.h>
#include <microhttpd.h>

#include "util/buf.h"

/* Takes what the buffer holds. NULL without memory. */
struct MHD_Response *reply_of(struct buf *buf, const char *type, bool is_packed);

/* {"error":"TEXT"} under that status. */
enum MHD_Result reply_error(struct MHD_Connection *connection, unsigned int status,
			    const char *text);

/* Of a header: "gzip, deflate;q=0.5". NULL accepts nothing. */
bool reply_accepts(const char *header, const char *word);

#endif
