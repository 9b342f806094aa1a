/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/verifier.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/caps.h"
#include "util/cleanup.h"
#include "util/parse.h"
#include "util/units.h"

#define MEMORY_BYTES (32u * 1024 * 1024) /* more than there is at the start of a check */
#define CPU_S 1
#define TRY_MS 60000 /* CPU is what is bounded: beside others a second of it takes long */
#define KEPT_FD 3

struct verifier {
	int fd; /* owned */
	pid_t pid; /* 0 once it is gone */
};

struct question {
	uint32_t id;
	char password[VERIFIER_PASSWORD_BYTES];
	char hash[VERIFIER_HASH_BYTES];
};

/* What the address space has already: shared libraries take more of it than a check does. */
static uint64_t space_bytes(void)
{
	AUTO_FD int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[128];
	ssize_t len = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
	struct parse_span span = { text, len > 0 ? (size_t)len : 0 };
	uint64_t pages = 0;

	(void)parse_take_u64(&span, &pages);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void limit(int resource, uint64_t value)
{
	const struct rlimit rlimit = { value, value };

	(void)setrlimit(resource, &rlimit);
}

/* Its status is the answer. */
_Noreturn static void check(const struct question *question)
{
	static struct crypt_data data;
	const char *made;

	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CPU_S);
	limit(RLIMIT_AS, space_bytes() + MEMORY_BYTES);
	made = crypt_r(question->password, question->hash, &data);
	if (!made || *made == '*')
		_exit(2);
	_exit(strcmp(made, question->hash) == 0 ? 0 : 1);
}

static void answer(int fd, const struct question *question)
{
	struct verifier_answer answer = { .id = question->id };
	pid_t pid = fork();
	struct rusage usage;
	int status;

	if (pid == 0)
		check(question);
	answer.is_over_bounds = true;
	if (pid > 0 && wait4(pid, &status, 0, &usage) == pid && WIFEXITED(status)) {
		answer.is_over_bounds = WEXITSTATUS(status) > 1;
		answer.is_right = WEXITSTATUS(status) == 0;
		answer.cpu_ns =
			units_ns_of_timeval(&usage.ru_utime) + units_ns_of_timeval(&usage.ru_stime);
	}
	(void)send(fd, &answer, sizeof(answer), MSG_NOSIGNAL);
}

static void leave_all(int fd)
{
	const struct caps none = { 0 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i <= STDERR_FILENO && null >= 0; i++)
		(void)dup2(null, i);
	(void)dup2(fd, KEPT_FD);
	(void)syscall(SYS_close_range, KEPT_FD + 1, ~0u, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)caps_set(&none);
}

_Noreturn static void serve(int fd)
{
	struct question question;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	leave_all(fd);
	while (recv(KEPT_FD, &question, sizeof(question), 0) == (ssize_t)sizeof(question)) {
		question.password[sizeof(question.password) - 1] = '\0';
		question.hash[sizeof(question.hash) - 1] = '\0';
		answer(KEPT_FD, &question);
		explicit_bzero(&question, sizeof(question));
	}
	_exit(0);
}

int verifier_start(struct verifier **ret_verifier)
{
	struct verifier *verifier = calloc(1, sizeof(*verifier));
	int fds[2];

	if (!verifier)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds)) {
		free(verifier);
		return -errno;
	}
	verifier->pid = fork();
	if (verifier->pid == 0)
		serve(fds[1]);
	(void)close(fds[1]);
	verifier->fd = fds[0];
	if (verifier->pid < 0) {
		verifier_stop(verifier);
		return -EAGAIN;
	}
	*ret_verifier = verifier;
	return 0;
}

void verifier_stop(struct verifier *verifier)
{
	if (!verifier)
		return;
	if (verifier->pid > 0) {
		(void)kill(verifier->pid, SIGKILL);
		(void)waitpid(verifier->pid, NULL, 0);
	}
	(void)close(verifier->fd);
	free(verifier);
}

int verifier_fd(const struct verifier *verifier)
{
	return verifier->fd;
}

int verifier_ask(struct verifier *verifier, uint32_t id, const char *password, const char *hash)
{
	struct question question = { .id = id };
	size_t password_len = strlen(password), hash_len = strlen(hash);
	ssize_t sent;

	if (password_len >= sizeof(question.password) || hash_len >= sizeof(question.hash))
		return -EINVAL;
	memcpy(question.password, password, password_len);
	memcpy(question.hash, hash, hash_len);
	sent = send(verifier->fd, &question, sizeof(question), MSG_NOSIGNAL | MSG_DONTWAIT);
	explicit_bzero(&question, sizeof(question));
	if (sent == (ssize_t)sizeof(question))
		return 0;
	return errno == EAGAIN ? -EAGAIN : -EPIPE;
}

int verifier_take(struct verifier *verifier, struct verifier_answer *ret_answer)
{
	struct verifier_answer answer;
	ssize_t got = recv(verifier->fd, &answer, sizeof(answer), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (got != (ssize_t)sizeof(answer))
		return -EPIPE;
	*ret_answer = answer;
	return 0;
}

int verifier_try(struct verifier *verifier, const char *hash, struct verifier_answer *ret_answer)
{
	struct pollfd poll_fd = { .fd = verifier->fd, .events = POLLIN };
	int r = verifier_ask(verifier, VERIFIER_TRY_ID, "x", hash);

	if (r)
		return r;
	/* Answers to others who asked before are nobody's any more. */
	do {
		if (poll(&poll_fd, 1, TRY_MS) <= 0)
			return -ETIMEDOUT;
		r = verifier_take(verifier, ret_answer);
	} while (r == -EAGAIN || (!r && ret_answer->id != VERIFIER_TRY_ID));
	return r;
}
