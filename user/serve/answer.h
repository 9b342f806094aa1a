/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From a request to what is answered: may he, what does he want, is it there. */
#ifndef DENET_SERVE_ANSWER_H
#define DENET_SERVE_ANSWER_H

#include "serve/listener.h"

struct serve;

/* As answer() of a listener. */
enum MHD_Result answer_request(struct serve *serve, struct exchange *exchange);

#endif
