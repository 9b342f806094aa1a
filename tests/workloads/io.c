/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* io FILE BYTES [child]: writes BYTES to FILE and reads them back, itself or in a child. */
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

int main(int argc, char *argv[])
{
	uint64_t bytes = work_number(argc, argv, 2, 0);

	if (argc < 3)
		return 2;
	if (!work_has_word(argc, argv, 3, "child")) {
		transfer(argv[1], bytes);
		return 0;
	}
	if (work_fork() == 0) {
		transfer(argv[1], bytes);
		_exit(0);
	}
	work_wait(-1);
	return 0;
}
