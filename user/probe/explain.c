/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Why BPF does not work here: what can be found out after the fact, the surest first. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/probe.h"
#include "util/caps.h"
#include "util/cleanup.h"
#include "util/namespace.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"

struct explanation {
	char *text;
	size_t size;
};

/* snprintf() that holds. */
#define EXPLAIN(explanation, ...) \
	((void)snprintf((explanation)->text, (explanation)->size, __VA_ARGS__), true)

static bool explain_btf(const struct explanation *explanation)
{
	if (!access(BTF_PATH, R_OK))
		return false;
	return EXPLAIN(explanation, "this kernel shows no BTF (%s: %s)", BTF_PATH, strerror(errno));
}

/* Integrity lets BPF read the kernel; confidentiality does not. */
static bool explain_lockdown(const struct explanation *explanation)
{
	AUTO_FD int fd = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char levels[128];
	ssize_t len = fd < 0 ? -1 : read(fd, levels, sizeof(levels) - 1);

	if (len < 0)
		return false;
	levels[len] = '\0';
	if (!strstr(levels, "[confidentiality]"))
		return false;
	return EXPLAIN(explanation,
		       "kernel lockdown (confidentiality) keeps BPF from reading tasks");
}

static bool is_in_user_namespace(void)
{
	return namespace_is_first("/proc", "user") == 0;
}

/* Where it is out of the bounding set, neither root nor the file can give it. */
static const char *missing(const struct caps *caps, int number, const char *name,
			   const char *name_unbound)
{
	if (caps->effective & CAPS_BIT(number))
		return "";
	return prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 0 ? name_unbound : name;
}

/* Before 5.11 the memory of maps is locked memory, too. */
static bool explain_rights(const struct explanation *explanation)
{
	const char *bpf, *perfmon;
	struct caps caps;

	if (caps_get(&caps))
		return false;
	if (is_in_user_namespace())
		return EXPLAIN(explanation, "loading BPF programs needs root outside of this user "
					    "namespace");
	if (caps.effective & CAPS_BIT(CAP_SYS_ADMIN))
		return false;
	bpf = missing(&caps, CAP_BPF, " (CAP_BPF is missing)",
		      " (CAP_BPF is out of the bounding set)");
	perfmon = missing(&caps, CAP_PERFMON, " (CAP_PERFMON is missing)",
			  " (CAP_PERFMON is out of the bounding set)");
	if (!*bpf && !*perfmon)
		return false;
	/* Nobody has to be told of both what the sentence says anyway. */
	if (*bpf && *perfmon && strstr(bpf, "missing") && strstr(perfmon, "missing"))
		bpf = perfmon = "";
	return EXPLAIN(explanation,
		       "loading BPF programs needs root, or CAP_BPF and CAP_PERFMON%s%s", bpf,
		       perfmon);
}

static bool explain_seccomp(const struct explanation *explanation, int error)
{
	if (prctl(PR_GET_SECCOMP) != SECCOMP_MODE_FILTER)
		return false;
	return EXPLAIN(explanation, "a seccomp filter seems to forbid bpf() here (%s)",
		       strerror(-error));
}

void probe_explain(int error, char *text, size_t size)
{
	struct explanation explanation = { text, size };
	bool is_denied = error == -EPERM || error == -EACCES;

	if (size)
		text[0] = '\0';
	if (explain_btf(&explanation) || explain_lockdown(&explanation))
		return;
	if (is_denied && explain_rights(&explanation))
		return;
	if ((error == -EPERM || error == -ENOSYS) && explain_seccomp(&explanation, error))
		return;
	if (error == -EPERM)
		(void)EXPLAIN(&explanation, "the kernel forbids bpf() here (%s)", strerror(-error));
	else if (error == -EACCES)
		(void)EXPLAIN(&explanation, "the kernel refused the BPF programs (%s)",
			      strerror(-error));
	else if (error == -ENOSYS)
		(void)EXPLAIN(&explanation, "bpf() is not available here");
	else
		(void)EXPLAIN(&explanation, "loading the BPF programs failed: %s",
			      strerror(-error));
}
