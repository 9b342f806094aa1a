/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * exits WORD...: a child for each word, one after another: N exits with N, sN is ended by
 * signal N.
 */
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	const struct rlimit no_core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	for (int i = 1; i < argc; i++) {
		bool is_signal = argv[i][0] == 's';
		int number;

		if (is_signal)
			argv[i]++;
		number = (int)work_number(argc, argv, i, 0);
		if (work_fork() == 0) {
			if (is_signal)
				raise(number);
			_exit(number);
		}
		work_wait(-1);
	}
	return 0;
}
