/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/settings.h"

#include <stddef.h>
#include <string.h>

#include "http/url.h"
#include "push/address.h"

#define INFLUX(member) offsetof(struct push_influx, member)

static const char *const measurements[] = {
	"system_metrics",  "denet_container",  "denet_group",	    "denet_class",
	"denet_command",   "denet_processes",  "denet_heavy",	    "denet_disk",
	"denet_interface", "denet_filesystem", "denet_connections", NULL,
};

static const char *check_influx_url(const char *text)
{
	if (strncmp(text, SETTINGS_UDP, strlen(SETTINGS_UDP)) == 0)
		return address_check(text + strlen(SETTINGS_UDP));
	if (strchr(text, '?'))
		return "has a '?' in it";
	return url_check(text);
}

const struct config_key settings_influx_keys[] = {
	{ .name = "url",
	  .offset = INFLUX(url),
	  .check = check_influx_url,
	  .help = "`http://HOST:PORT`, `https://`, or `udp://HOST:PORT` of version 1." },
	{ .name = "database",
	  .offset = INFLUX(database),
	  .fallback = "denet",
	  .help = "Where version 1 writes." },
	{ .name = "retention",
	  .offset = INFLUX(retention),
	  .fallback = "",
	  .help = "Its retention policy." },
	{ .name = "bucket",
	  .offset = INFLUX(bucket),
	  .fallback = "",
	  .help = "Where version 2 writes, which is spoken if this is given." },
	{ .name = "org", .offset = INFLUX(org), .fallback = "", .help = "Whose it is." },
	{ .name = "token_file",
	  .offset = INFLUX(token_file),
	  .fallback = "",
	  .help = "A file with the token; a name alone is one of the service's credentials." },
	{ .name = "user_file",
	  .offset = INFLUX(user_file),
	  .fallback = "",
	  .help = "A file with `name:password`, so, too." },
	{ .name = "ca_file",
	  .offset = INFLUX(ca_file),
	  .fallback = "",
	  .help = "Certificates that are trusted instead of the system's." },
	{ .name = "socket",
	  .offset = INFLUX(socket),
	  .fallback = "",
	  .help = "The path of a socket that takes requests to this URL." },
	{ .name = "measurements",
	  .form = CONFIG_WORDS,
	  .offset = INFLUX(measurements),
	  .choices = measurements,
	  .help = "These alone." },
	{ .name = "tags",
	  .form = CONFIG_PAIRS,
	  .offset = INFLUX(tags),
	  .help = "Tags of every line. `host` is the machine's name without." },
	{ .name = "gzip",
	  .type = VALUE_BOOL,
	  .offset = INFLUX(gzip),
	  .fallback = "true",
	  .help = "Whether batches are packed." },
	{ .name = "timeout",
	  .type = VALUE_TIME,
	  .offset = INFLUX(timeout_ns),
	  .fallback = "10s",
	  .min = "100ms",
	  .max = "1m",
	  .help = "How long a request may take." },
	{ .name = "queue",
	  .type = VALUE_SIZE,
	  .offset = INFLUX(queue_bytes),
	  .fallback = "2MiB",
	  .min = "64KiB",
	  .max = "6MiB",
	  .help = "What may wait; all targets together have 6 MiB." },
	{ .name = "age",
	  .type = VALUE_TIME,
	  .offset = INFLUX(age_ns),
	  .fallback = "1h",
	  .min = "1s",
	  .max = "1d",
	  .help = "How long it may." },
	{ 0 },
};

#define STATSD(member) offsetof(struct push_statsd, member)

const char *const settings_details[] = { "net", "io", "cpu", "mem", "threads", "busy", NULL };

static const char *const tags[] = { "none", "dogstatsd", "influx", NULL };

static const char *check_target(const char *text)
{
	return *text ? address_check(text) : NULL;
}

const struct config_key settings_statsd_keys[] = {
	{ .name = "target",
	  .offset = STATSD(target),
	  .fallback = "",
	  .check = check_target,
	  .help = "`HOST:PORT` that takes StatsD's datagrams." },
	{ .name = "details",
	  .form = CONFIG_WORDS,
	  .offset = STATSD(details),
	  .choices = settings_details,
	  .help = "These alone." },
	{ .name = "processes",
	  .form = CONFIG_WORDS,
	  .type = VALUE_PATTERN,
	  .offset = STATSD(processes),
	  .help = "Names of programs whose processes are told as well, by name; each look reads "
		  "/proc for it." },
	{ .name = "pids",
	  .type = VALUE_BOOL,
	  .offset = STATSD(pids),
	  .fallback = "false",
	  .help = "Whether these are told one by one, by pid, and with the detail `threads` each "
		  "of "
		  "their threads: Graphite never forgets one." },
	{ .name = "tags",
	  .form = CONFIG_CHOICE,
	  .offset = STATSD(tags),
	  .fallback = "none",
	  .choices = tags,
	  .help = "Whether host and name are in the key, or tags as others have them." },
	{ .name = "mtu",
	  .type = VALUE_COUNT,
	  .offset = STATSD(mtu),
	  .fallback = "1432",
	  .min = "512",
	  .max = "65507",
	  .help = "Bytes of a datagram: 1432 for Ethernet, 512 for the internet." },
	{ 0 },
};
