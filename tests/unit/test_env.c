/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "api/env.h"

#include <cjson/cJSON.h>
#include <denet/denet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/host.h"
#include "procfs/procfs.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/json.h"

static void assert_env(const struct procfs *procfs, const char *affinity, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };
	struct host host;
	struct json json;

	assert_int_equal(host_read(procfs, 100, &host), 0);
	free(host.affinity);
	host.affinity = affinity ? strdup(affinity) : NULL;
	json_init(&json, &buf);
	env_write(&json, &host, 1700000000123);
	host_done(&host);
	assert_int_equal(buf.error, 0);
	assert_string_equal(buf_text(&buf), expected);
}

static void env_has_denets_keys_in_its_order(void **state)
{
	static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

	(void)state;
	assert_env(&fixture, "0-3",
		   "{\"kind\":\"env\",\"ts_ms\":1700000000123,\"host\":\"builder\","
		   "\"kernel\":\"6.1.0-13-amd64\",\"lscpu\":{\"sockets\":2,\"cores_per_socket\":2,"
		   "\"threads_per_core\":2,\"model\":\"Example CPU: 9000 @ 2.00GHz\"},"
		   "\"numa\":{\"nodes\":2,\"distances\":[[10,21],[21,10]],"
		   "\"node_sizes_mb\":[64272,64257]},\"affinity_inherited\":\"0-3\","
		   "\"cpu_governor\":[\"performance\",\"powersave\",\"performance\"],"
		   "\"cpu_freq_khz\":[2000000,2000001],"
		   "\"thp_enabled\":\"always [madvise] never\",\"smt_active\":true,"
		   "\"cgroup\":\"5:cpuset:/\\n4:memory:/jobs/a\\n0::/jobs/a\"}");
}

static void env_of_an_unknown_machine_leaves_out_what_is_optional(void **state)
{
	static const struct procfs nowhere = { .proc = FIXTURES "/none", .sys = FIXTURES "/none" };

	(void)state;
	assert_env(&nowhere, NULL,
		   "{\"kind\":\"env\",\"ts_ms\":1700000000123,\"host\":\"\",\"kernel\":\"\","
		   "\"lscpu\":{\"sockets\":0,\"cores_per_socket\":0,\"threads_per_core\":0,"
		   "\"model\":\"\"},\"numa\":{\"nodes\":0,\"distances\":[],\"node_sizes_mb\":[]},"
		   "\"affinity_inherited\":\"\"}");
}

static void env_of_this_machine_is_one_line_of_json(void **state)
{
	AUTO_FREE char *text = NULL;
	cJSON *env;

	(void)state;
	assert_int_equal(denet_env_json(getpid(), &text), 0);
	assert_null(strchr(text, '\n'));
	env = cJSON_Parse(text);
	assert_non_null(env);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(env, "kind")), "env");
	assert_true(strlen(cJSON_GetStringValue(cJSON_GetObjectItem(env, "kernel"))) > 0);
	cJSON_Delete(env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(env_has_denets_keys_in_its_order),
		cmocka_unit_test(env_of_an_unknown_machine_leaves_out_what_is_optional),
		cmocka_unit_test(env_of_this_machine_is_one_line_of_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
