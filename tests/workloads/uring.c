/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* uring MS: keeps an io_uring with a polling kernel thread for MS; status 77 when not permitted. */
#include <linux/io_uring.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	struct io_uring_params params;

	memset(&params, 0, sizeof(params));
	params.flags = IORING_SETUP_SQPOLL;
	params.sq_thread_idle = 10;
	if (syscall(SYS_io_uring_setup, 4, &params) < 0)
		return 77;
	work_sleep_ms(work_number(argc, argv, 1, 0));
	return 0;
}
