/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * io FILE BYTES [child|remove]: writes BYTES to FILE and reads them back, itself or in a child; or
 * a child removes the file, and prints what the kernel says of its own reading and writing.
 */
#include <fcntl.h>
#include <unistd.h>

#include "work.h"

static char buffer[64 << 10];

static size_t piece(uint64_t left)
{
	return left < sizeof(buffer) ? (size_t)left : sizeof(buffer);
}

static void transfer(const char *path, uint64_t bytes)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		work_fail(path);
	for (uint64_t left = bytes; left > 0; left -= piece(left)) {
		if (write(fd, buffer, piece(left)) != (ssize_t)piece(left))
			work_fail("write");
	}
	if (lseek(fd, 0, SEEK_SET) != 0)
		work_fail("lseek");
	for (uint64_t left = bytes; left > 0; left -= piece(left)) {
		if (read(fd, buffer, piece(left)) != (ssize_t)piece(left))
			work_fail("read");
	}
	close(fd);
}

/* Shown without the read that shows it, and the write that prints it. */
static void print_io(void)
{
	int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, buffer, sizeof(buffer));

	if (len <= 0 || write(STDOUT_FILENO, buffer, (size_t)len) != len)
		work_fail("/proc/self/io");
}

int main(int argc, char *argv[])
{
	uint64_t bytes = work_number(argc, argv, 2, 0);

	if (argc < 3)
		return 2;
	if (argc < 4) {
		transfer(argv[1], bytes);
		return 0;
	}
	if (work_fork() == 0) {
		transfer(argv[1], bytes);
		if (!work_has_word(argc, argv, 3, "remove"))
			_exit(0);
		if (unlink(argv[1]))
			work_fail("unlink");
		print_io();
		_exit(0);
	}
	work_wait(-1);
	return 0;
}
