/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/workload.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host/cgroup.h"

/* What Kubernetes makes random words of: no vowels, nothing that looks like another. */
#define SAFE "bcdfghjklmnpqrstvwxz2456789"
#define DIGITS "0123456789"
#define POD_SUFFIX 5
#define HASH_MIN 8
#define HASH_MAX 10

/* Cuts "-WORD" off where the word is of such bytes; 0 where it is not, or nothing would be left. */
static size_t cut(const char *name, size_t len, const char *bytes, size_t min, size_t max)
{
	size_t word = 0;

	while (word < len && name[len - 1 - word] != '-')
		word++;
	if (word < min || word > max || word + 1 >= len)
		return 0;
	if (strspn(name + len - word, bytes) < word)
		return 0;
	return len - word - 1;
}

size_t workload_len(const char *pod)
{
	size_t len = strlen(pod);
	size_t shorter = cut(pod, len, SAFE, POD_SUFFIX, POD_SUFFIX);
	size_t shortest;

	/* Of a StatefulSet: db-0. */
	if (!shorter) {
		shorter = cut(pod, len, DIGITS, 1, 4);
		return shorter ? shorter : len;
	}
	/* Of a Deployment the hash of its template, of a CronJob the time of its run. */
	shortest = cut(pod, shorter, SAFE, HASH_MIN, HASH_MAX);
	if (!shortest)
		shortest = cut(pod, shorter, DIGITS, HASH_MIN, HASH_MAX);
	return shortest ? shortest : shorter;
}

void workload_of(const struct cgroup *group, char ret_name[WORKLOAD_BYTES])
{
	const struct host_group *figures = &group->figures;
	const char *runtime = figures->runtime ? figures->runtime : figures->type;

	if (figures->pod_name && figures->container)
		(void)snprintf(ret_name, WORKLOAD_BYTES, "%s/%.*s/%s",
			       figures->pod_namespace ? figures->pod_namespace : "",
			       (int)workload_len(figures->pod_name), figures->pod_name,
			       figures->container);
	else if (figures->project && figures->service)
		(void)snprintf(ret_name, WORKLOAD_BYTES, "%s/%s", figures->project,
			       figures->service);
	else if (figures->image)
		(void)snprintf(ret_name, WORKLOAD_BYTES, "%s", figures->image);
	else if (group->label || !group->name.id[0])
		(void)snprintf(ret_name, WORKLOAD_BYTES, "%s", figures->name);
	else
		(void)snprintf(ret_name, WORKLOAD_BYTES, "%s", runtime);
}
