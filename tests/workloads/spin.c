/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* spin MS: burns MS of CPU time. */
#include "work.h"

int main(int argc, char *argv[])
{
	work_burn_us(work_number(argc, argv, 1, 0) * 1000);
	return 0;
}
