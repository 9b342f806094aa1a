/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t joined(__u32 low, __u32 high)
{
	return (uint64_t)high << 32 | low;
}

int caps_get(struct caps *ret_caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	*ret_caps = (struct caps){
		.effective = joined(data[0].effective, data[1].effective),
		.permitted = joined(data[0].permitted, data[1].permitted),
		.inheritable = joined(data[0].inheritable, data[1].inheritable),
	};
	return 0;
}

int caps_set(const struct caps *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{
			.effective = (__u32)caps->effective,
			.permitted = (__u32)caps->permitted,
			.inheritable = (__u32)caps->inheritable,
		},
		{
			.effective = (__u32)(caps->effective >> 32),
			.permitted = (__u32)(caps->permitted >> 32),
			.inheritable = (__u32)(caps->inheritable >> 32),
		},
	};

	return syscall(SYS_capset, &header, data) ? -errno : 0;
}
