/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names that a process may give itself; 15 bytes at most, so that comm holds them whole. */
#ifndef DENET_WORKLOADS_HOSTILE_H
#define DENET_WORKLOADS_HOSTILE_H

#include <stddef.h>

static const char *const hostile_names[] = {
	"\xff\xfe\x80\xc3", /* no UTF-8 */
	"\xed\xa0\x80\xf4\x90\x80\x80", /* a surrogate, and beyond the last code point */
	"say \"hi\" 'ho'",
	"two\nlines\r\n",
	"\x1b[31m\x1b]0;t\a", /* colour, window title */
	"</script><b>",
	"a\\b\\u0000,;=",
	"=1+1|x",
	"\xe2\x80\xaegnp.exe", /* right to left */
	"%s%n%100000c",
	"\x01\x02\x7f\t\b",
	" ",
	"\xc2\x9b"
	"2J", /* C1 control */
	"",
	NULL,
};

#endif
