/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* nop: does nothing, like true. */
int main(void)
{
	return 0;
}
