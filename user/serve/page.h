/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The page for people, which asks the API: written at build by share/web/host/assemble. */
#ifndef DENET_SERVE_PAGE_H
#define DENET_SERVE_PAGE_H

#include <stddef.h>

extern const unsigned char page_html[];
extern const size_t page_html_len;

#endif
