/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/kernel_version.h"

#include <sys/utsname.h>

#include "util/parse.h"

bool kernel_version_parse(const char *release, struct kernel_version *ret_version)
{
	struct parse_span span = parse_span_of(release);
	struct kernel_version version;

	if (!parse_take_u64(&span, &version.major) || !parse_take_literal(&span, ".") ||
	    !parse_take_u64(&span, &version.minor))
		return false;
	*ret_version = version;
	return true;
}

bool kernel_version_is_below(struct kernel_version version, uint64_t major, uint64_t minor)
{
	return version.major < major || (version.major == major && version.minor < minor);
}

bool kernel_version_has(uint64_t major, uint64_t minor)
{
	struct kernel_version version;
	struct utsname name;

	return !uname(&name) && kernel_version_parse(name.release, &version) &&
	       !kernel_version_is_below(version, major, minor);
}
