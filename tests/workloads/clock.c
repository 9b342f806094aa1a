/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* clock FILE MS: spins for MS of CPU time, and shows that time in FILE (struct clock_page). */
#include "shared.h"
#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t end_ns = work_lasting_ms(argc, argv, 2) * 1000000;
	struct clock_page *page;
	uint64_t now_ns;

	if (argc < 3)
		return 2;
	page = work_map(argv[1], sizeof(*page));
	do {
		now_ns = work_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		atomic_store_explicit(&page->cpu_ns, now_ns, memory_order_relaxed);
	} while (now_ns < end_ns);
	return 0;
}
