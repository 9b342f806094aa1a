/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "rights/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "util/caps.h"
#include "util/kernel_version.h"

/* Before 5.11 maps are charged to the limit on locked memory, which has to be raised. */
static uint64_t needed_for_loading(void)
{
	uint64_t needed = CAPS_BIT(CAP_BPF) | CAPS_BIT(CAP_PERFMON);

	return kernel_version_has(5, 11) ? needed : needed | CAPS_BIT(CAP_SYS_RESOURCE);
}

/* From 5.19 on a descriptor of a map is enough. */
static uint64_t needed_for_sampling(void)
{
	return kernel_version_has(5, 19) ? 0 : CAPS_BIT(CAP_BPF);
}

bool rights_are_lent(void)
{
	return getauxval(AT_SECURE) != 0;
}

static int set_effective(uint64_t wanted)
{
	struct caps caps;
	int r = caps_get(&caps);

	if (r)
		return r;
	caps.effective = caps.permitted & wanted;
	return caps_set(&caps);
}

int rights_begin(void)
{
	if (!rights_are_lent())
		return 0;
	if (geteuid() != getuid() || getegid() != getgid())
		return -EPERM;
	return set_effective(0);
}

int rights_raise(void)
{
	return rights_are_lent() ? set_effective(needed_for_loading()) : 0;
}

int rights_lower(void)
{
	return rights_are_lent() ? set_effective(0) : 0;
}

int rights_rest(uint64_t kept)
{
	return rights_are_lent() ? 0 : set_effective(kept | needed_for_sampling());
}

int rights_wake(void)
{
	return rights_are_lent() ? 0 : set_effective(UINT64_MAX);
}

/* Only whoever has CAP_SETPCAP may; to others the bounding set gives nothing. */
static void bound(uint64_t kept)
{
	for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
		if (!(kept & CAPS_BIT(number)))
			(void)prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
}

int rights_drop(uint64_t kept, uint64_t sleeping, bool may_load)
{
	struct caps caps;
	int r = caps_get(&caps);

	if (r)
		return r;
	kept = (kept | needed_for_sampling()) & caps.permitted;
	if (may_load)
		sleeping |= needed_for_loading();
	bound(kept);
	/* Ambient ones go with the inheritable. */
	r = caps_set(&(struct caps){ .effective = kept,
				     .permitted = kept | (sleeping & caps.permitted) });
	if (!r && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		r = -errno;
	return r;
}
