/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "api/env.h"

#include <denet/denet.h>

#include "metrics/keys.h"
#include "procfs/host.h"
#include "procfs/procfs.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/json.h"

/* denet's reader wants a text here, even when there is none. */
static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static void put_cpus(struct json *json, const struct host *host)
{
	json_object_begin(json, "lscpu");
	json_u64(json, "sockets", host->topology.sockets);
	json_u64(json, KEY_CORES_PER_SOCKET, host->topology.cores_per_socket);
	json_u64(json, KEY_THREADS_PER_CORE, host->topology.threads_per_core);
	json_string(json, "model", text_or_empty(host->cpu_model));
	json_object_end(json);
}

static void put_numa(struct json *json, const struct numa *numa)
{
	json_object_begin(json, "numa");
	json_u64(json, "nodes", numa->nodes_count);
	json_array_begin(json, "distances");
	for (size_t i = 0; i < numa->nodes_count; i++) {
		json_array_begin(json, NULL);
		for (size_t j = 0; j < numa->nodes[i].distances_count; j++)
			json_u64(json, NULL, numa->nodes[i].distances[j]);
		json_array_end(json);
	}
	json_array_end(json);
	json_array_begin(json, KEY_NODE_SIZES_MB);
	for (size_t i = 0; i < numa->nodes_count; i++)
		json_u64(json, NULL, numa->nodes[i].size_mb);
	json_array_end(json);
	json_object_end(json);
}

static void put_frequencies(struct json *json, const struct host *host)
{
	if (host->governors_count > 0) {
		json_array_begin(json, KEY_CPU_GOVERNOR);
		for (size_t i = 0; i < host->governors_count; i++)
			json_string(json, NULL, host->governors[i]);
		json_array_end(json);
	}
	if (host->freqs_count > 0) {
		json_array_begin(json, KEY_CPU_FREQ_KHZ);
		for (size_t i = 0; i < host->freqs_count; i++)
			json_u64(json, NULL, host->freqs_khz[i]);
		json_array_end(json);
	}
}

void env_write(struct json *json, const struct host *host, uint64_t ts_ms)
{
	json_object_begin(json, NULL);
	json_string(json, "kind", "env");
	json_u64(json, KEY_TS_MS, ts_ms);
	json_string(json, "host", text_or_empty(host->hostname));
	json_string(json, "kernel", text_or_empty(host->kernel));
	put_cpus(json, host);
	put_numa(json, &host->numa);
	json_string(json, KEY_AFFINITY_INHERITED, text_or_empty(host->affinity));
	put_frequencies(json, host);
	if (host->thp)
		json_string(json, KEY_THP_ENABLED, host->thp);
	if (host->has_smt)
		json_bool(json, KEY_SMT_ACTIVE, host->is_smt_active);
	if (host->cgroup)
		json_string(json, "cgroup", host->cgroup);
	json_object_end(json);
}

int denet_env_json(pid_t pid, char **ret_text)
{
	AUTO(buf) struct buf buf = { 0 };
	struct host host = { 0 };
	struct json json;
	int err = host_read(procfs_host(), pid, &host);

	if (err)
		return err;

	json_init(&json, &buf);
	env_write(&json, &host, clock_wall_ms());
	host_done(&host);
	if (buf.error)
		return buf.error;

	*ret_text = TAKE(buf.data);
	return 0;
}
