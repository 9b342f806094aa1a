/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* clock FILE: spins until it is told to end, and shows its CPU time in FILE (struct clock_page). */
#include <signal.h>
#include <sys/prctl.h>

#include "shared.h"
#include "work.h"

int main(int argc, char *argv[])
{
	struct clock_page *page;
	uint64_t now_ns;

	if (argc < 2 || prctl(PR_SET_PDEATHSIG, SIGKILL))
		return 2;
	page = work_map(argv[1], sizeof(*page));
	do {
		now_ns = work_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		atomic_store_explicit(&page->cpu_ns, now_ns, memory_order_relaxed);
	} while (!atomic_load_explicit(&page->is_over, memory_order_relaxed));
	return 0;
}
