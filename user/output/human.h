/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Quantities as people read them, in ASCII: "88.4 MiB", "12.31 s", "1,204". */
#ifndef DENET_OUTPUT_HUMAN_H
#define DENET_OUTPUT_HUMAN_H

#include <stdint.h>

/* Returned by value, so that human_bytes(n).text can stand in an argument list. */
struct human {
	char text[32];
};

struct human human_bytes(uint64_t bytes);
struct human human_kib(uint64_t kib);
struct human human_duration(uint64_t ns);

/* In one unit with two decimals and thousands separators, for columns. */
struct human human_seconds(uint64_t ns);
struct human human_milliseconds(uint64_t ns);
struct human human_count(uint64_t count);

/* part of whole: "79%", "<1%"; empty when whole is 0. */
struct human human_share(uint64_t part, uint64_t whole);

#endif
