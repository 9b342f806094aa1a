/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * net WHAT NUMBER [WHAT NUMBER]...: moves a known number of bytes through sockets, one after the other.
 *
 *  self BYTES    by TCP, to itself
 *  thread BYTES  the same in a thread that has ended before anything else
 *  exec 0        runs itself anew, with what comes after
 *  many COUNT    as many children, each of which sends 1000 bytes to itself
 *  ways BYTES    a child sends it by write(), by sendmsg() and by sendfile(), and gets one byte back
 *  udp COUNT     a child sends as many datagrams of 100 bytes by IPv6, each of which is looked at first, and
 *                answered by one of a byte
 *  unix BYTES    through a pair of UNIX sockets
 *  wait MS       does nothing, or until it is told to end
 *  pause 0       says so, and waits for USR1
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "work.h"

#define PIECE 4096 /* always fits into a socket that is empty */
#define DATAGRAM 100

static char buffer[PIECE];

static size_t piece(uint64_t left)
{
	return left < PIECE ? (size_t)left : PIECE;
}

/* Of a port that is not in use. */
static int listener(struct sockaddr_in *ret_address)
{
	socklen_t size = sizeof(*ret_address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*ret_address = (struct sockaddr_in){ .sin_family = AF_INET,
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)ret_address, size) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)ret_address, &size))
		work_fail("listen");
	return fd;
}

static int connected(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		work_fail("connect");
	return fd;
}

static int accepted(int listening_fd)
{
	int fd = accept4(listening_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		work_fail("accept");
	close(listening_fd);
	return fd;
}

static void receive(int fd, uint64_t bytes)
{
	while (bytes) {
		ssize_t n = read(fd, buffer, piece(bytes));

		if (n <= 0)
			work_fail("read");
		bytes -= (uint64_t)n;
	}
}

static void pass(int from, int to, uint64_t bytes)
{
	for (uint64_t left = bytes; left; left -= piece(left)) {
		if (write(from, buffer, piece(left)) != (ssize_t)piece(left))
			work_fail("write");
		receive(to, piece(left));
	}
	close(from);
	close(to);
}

static void send_to_itself(uint64_t bytes)
{
	struct sockaddr_in address;
	int listening_fd = listener(&address);
	int fd = connected(&address);

	pass(fd, accepted(listening_fd), bytes);
}

static void *run_thread(void *bytes)
{
	send_to_itself(*(const uint64_t *)bytes);
	return NULL;
}

static void send_in_thread(uint64_t bytes)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_thread, &bytes) || pthread_join(thread, NULL))
		work_fail("thread");
}

static void send_by_children(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (work_fork() == 0) {
			send_to_itself(1000);
			_exit(0);
		}
		work_wait(-1);
	}
}

static void send_by_write(int fd, uint64_t bytes)
{
	for (uint64_t left = bytes; left; left -= piece(left))
		if (write(fd, buffer, piece(left)) != (ssize_t)piece(left))
			work_fail("write");
}

static void send_by_message(int fd, uint64_t bytes)
{
	for (uint64_t left = bytes; left; left -= piece(left)) {
		struct iovec vector[2] = { { buffer, piece(left) / 2 },
					   { buffer, piece(left) - piece(left) / 2 } };
		struct msghdr message = { .msg_iov = vector, .msg_iovlen = 2 };

		if (sendmsg(fd, &message, 0) != (ssize_t)piece(left))
			work_fail("sendmsg");
	}
}

static void send_by_file(int fd, uint64_t bytes)
{
	int file = memfd_create("net", MFD_CLOEXEC);
	uint64_t left = bytes;

	if (file < 0 || ftruncate(file, (off_t)bytes))
		work_fail("memfd");
	while (left) {
		ssize_t n = sendfile(fd, file, NULL, left);

		if (n <= 0)
			work_fail("sendfile");
		left -= (uint64_t)n;
	}
	close(file);
}

static void send_in_all_ways(uint64_t bytes)
{
	struct sockaddr_in address;
	int listening_fd = listener(&address), fd;

	if (work_fork() == 0) {
		fd = connected(&address);
		send_by_write(fd, bytes);
		send_by_message(fd, bytes);
		send_by_file(fd, bytes);
		receive(fd, 1);
		_exit(0);
	}
	fd = accepted(listening_fd);
	receive(fd, 3 * bytes);
	send_by_write(fd, 1);
	work_wait(-1);
	close(fd);
}

static int datagrams(struct sockaddr_in6 *ret_address)
{
	socklen_t size = sizeof(*ret_address);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*ret_address = (struct sockaddr_in6){ .sin6_family = AF_INET6,
					      .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	if (fd < 0 || bind(fd, (struct sockaddr *)ret_address, size) ||
	    getsockname(fd, (struct sockaddr *)ret_address, &size))
		work_fail("udp");
	return fd;
}

static void talk_by_datagrams(uint64_t count)
{
	struct sockaddr_in6 here, there;
	int fd = datagrams(&here), other = datagrams(&there);
	bool is_child = work_fork() == 0;

	if (connect(is_child ? other : fd, (struct sockaddr *)(is_child ? &here : &there),
		    sizeof(here)))
		work_fail("connect");
	for (uint64_t i = 0; i < count; i++) {
		if (is_child && send(other, buffer, DATAGRAM, 0) != DATAGRAM)
			work_fail("send");
		if (is_child && recv(other, buffer, PIECE, 0) != 1)
			work_fail("recv");
		if (!is_child && (recv(fd, buffer, PIECE, MSG_PEEK) != DATAGRAM ||
				  recv(fd, buffer, PIECE, 0) != DATAGRAM))
			work_fail("recv");
		if (!is_child && send(fd, buffer, 1, 0) != 1)
			work_fail("send");
	}
	if (is_child)
		_exit(0);
	work_wait(-1);
}

static void send_on_this_machine(uint64_t bytes)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		work_fail("socketpair");
	pass(fds[0], fds[1], bytes);
}

static void wait_for_signal(uint64_t number)
{
	sigset_t wanted;
	int signal;

	(void)number;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR1);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	if (write(STDOUT_FILENO, "paused\n", 7) != 7 || sigwait(&wanted, &signal))
		work_fail("pause");
}

static const struct {
	const char *name;
	void (*run)(uint64_t number);
} ways[] = {
	{ "self", send_to_itself },   { "thread", send_in_thread },
	{ "many", send_by_children }, { "ways", send_in_all_ways },
	{ "udp", talk_by_datagrams }, { "unix", send_on_this_machine },
	{ "wait", work_sleep_ms },    { "pause", wait_for_signal },
};

/* With what comes after. */
static void exec_rest(char *argv[], int at)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		work_fail("exe");
	path[len] = '\0';
	argv[at + 1] = argv[0];
	execv(path, &argv[at + 1]);
	work_fail("exec");
}

int main(int argc, char *argv[])
{
	for (int at = 1; at + 1 < argc; at += 2) {
		if (!strcmp(argv[at], "exec"))
			exec_rest(argv, at);
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			if (!strcmp(argv[at], ways[i].name))
				ways[i].run(work_number(argc, argv, at + 1, 0));
	}
	return 0;
}
