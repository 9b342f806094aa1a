/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * asked FILE: spins without a system call, so that the kernel adds up what it uses at ticks alone,
 * and answers questions in FILE (struct asked_page) with its own CPU time.
 */
#include <signal.h>
#include <sys/prctl.h>

#include "shared.h"
#include "work.h"

int main(int argc, char *argv[])
{
	struct asked_page *page;
	uint32_t answered = 0, asked;

	if (argc < 2 || prctl(PR_SET_PDEATHSIG, SIGKILL))
		return 2;
	page = work_map(argv[1], sizeof(*page));
	atomic_store(&page->is_ready, true);
	while (!atomic_load_explicit(&page->is_over, memory_order_relaxed)) {
		asked = atomic_load_explicit(&page->asked, memory_order_acquire);
		if (asked == answered)
			continue;
		page->cpu_ns = work_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		answered = asked;
		atomic_store_explicit(&page->answered, answered, memory_order_release);
	}
	return 0;
}
