/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The page around the data, made of share/web/ when this is built. */
#ifndef DENET_REPORT_HTML_PAGE_H
#define DENET_REPORT_HTML_PAGE_H

#include <stddef.h>

/* Both are empty where the build had no library for charts. */
extern const unsigned char html_page_head[];
extern const size_t html_page_head_len;
extern const unsigned char html_page_tail[];
extern const size_t html_page_tail_len;

#endif
