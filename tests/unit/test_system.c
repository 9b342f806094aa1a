/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/system.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "procfs/procfs.h"
#include "record/system.h"
#include "util/cleanup.h"

#define TICK_NS (1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK))

static const struct procfs fixture = { .proc = FIXTURES "/system/proc",
				       .sys = FIXTURES "/system/sys" };
static const struct procfs nowhere = { .proc = FIXTURES "/none", .sys = FIXTURES "/none" };

static void processors_are_those_that_are_online(void **state)
{
	struct denet_system system = { .size = sizeof(system) };

	(void)state;
	assert_int_equal(system_read(&fixture, &system), 0);
	assert_int_equal(system.cpu.user_ns, 100 * TICK_NS);
	assert_int_equal(system.cpu.steal_ns, 8 * TICK_NS);
	assert_int_equal(system.cpus_online, 2);
	assert_int_equal(system.cpus_count, 2);
	assert_int_equal(system.cpus[1].cpu, 3);
	assert_int_equal(system.cpus[1].times.idle_ns, 2000 * TICK_NS);
	system_done(&system);
}

/* They stand behind the line of interrupts, which is longer than any buffer. */
static void counts_are_found_behind_a_very_long_line(void **state)
{
	struct denet_system system = { .size = sizeof(system) };

	(void)state;
	assert_int_equal(system_read(&fixture, &system), 0);
	assert_int_equal(system.ctx_switches, 987654321);
	assert_int_equal(system.processes_forked, 4242);
	assert_int_equal(system.procs_running, 3);
	assert_int_equal(system.procs_blocked, 1);
	assert_int_equal(system.threads, 345);
	assert_true(fabs(system.load[2] - 10.05) < 1e-9);
	assert_true(fabs(system.uptime_s - 12345.67) < 1e-9);
	system_done(&system);
}

static void memory_that_is_not_told_is_unknown(void **state)
{
	struct denet_system system = { .size = sizeof(system) };

	(void)state;
	assert_int_equal(system_read(&fixture, &system), 0);
	assert_int_equal(system.memory.cached_kb, 7000000);
	assert_int_equal(system.memory.swap_free_kb, 1500000);
	assert_true(system.memory.shmem_kb == DENET_UNKNOWN);
	system_done(&system);
}

/* Neither a partition, nor what lies on another disk, nor a line that is cut or too large. */
static void disks_are_whole_and_counted_once(void **state)
{
	struct denet_system system = { .size = sizeof(system) };

	(void)state;
	assert_int_equal(system_read(&fixture, &system), 0);
	assert_int_equal(system.disks_count, 3);
	assert_string_equal(system.disks[0].name, "sda");
	assert_string_equal(system.disks[1].name, "nvme0n1");
	assert_string_equal(system.disks[2].name, "cciss/c0d0");
	assert_int_equal(system.disks[0].read_bytes, 2000 * 512);
	assert_int_equal(system.disks[0].busy_ns, 60000000);
	assert_int_equal(system.disk.read_bytes, (2000 + 80 + 2) * 512);
	assert_int_equal(system.disk.write_count, 50 + 20 + 4);
	system_done(&system);
}

static void network_sum_leaves_loopback_out(void **state)
{
	struct denet_system system = { .size = sizeof(system) };

	(void)state;
	assert_int_equal(system_read(&fixture, &system), 0);
	assert_int_equal(system.interfaces_count, 3);
	assert_string_equal(system.interfaces[2].name, "wlan0");
	assert_int_equal(system.interfaces[1].tx_errors, 2);
	assert_int_equal(system.net.rx_bytes, 5300);
	assert_int_equal(system.net.tx_packets, 74);
	system_done(&system);
}

/*
 * Not asked: what is behind NFS or under it, FUSE, a device again, a single file. The second is a
 * part of a file system that is nowhere else.
 */
static void file_systems_are_local_and_asked_once(void **state)
{
	struct denet_system system = { .size = sizeof(system) };

	(void)state;
	assert_int_equal(system_read(&fixture, &system), 0);
	assert_int_equal(system.filesystems_count, 2);
	assert_string_equal(system.filesystems[0].mount, "/");
	assert_string_equal(system.filesystems[0].type, "ext4");
	assert_true(system.filesystems[0].total_bytes >= system.filesystems[0].free_bytes);
	assert_string_equal(system.filesystems[1].mount, "/etc");
	assert_string_equal(system.filesystems[1].source, "/dev/a disk");
	system_done(&system);
}

static void without_proc_there_is_an_error_and_nothing_to_free(void **state)
{
	struct denet_system system = { .size = sizeof(system) };

	(void)state;
	assert_int_equal(system_read(&nowhere, &system), -ENOENT);
	assert_int_equal(system.cpus_count, 0);
	assert_true(system.ctx_switches == DENET_UNKNOWN);
	system_done(&system);
	assert_null(system.storage);
}

static void json_leaves_out_what_is_not_known(void **state)
{
	struct denet_system system = { .size = sizeof(system) };
	AUTO(buf) struct buf text = { 0 };
	const cJSON *memory;
	cJSON *json;

	(void)state;
	assert_int_equal(system_read(&fixture, &system), 0);
	system_append_json(&system, &text);
	assert_int_equal(text.error, 0);
	json = cJSON_Parse(text.data);
	memory = cJSON_GetObjectItem(json, "memory");
	assert_int_equal(cJSON_GetObjectItem(memory, "total_kb")->valueint, 16000000);
	assert_null(cJSON_GetObjectItem(memory, "shmem_kb"));
	assert_null(cJSON_GetObjectItem(json, "ts_ms"));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "load")), 3);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "per_cpu")), 2);
	assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "disk"), "name"));
	cJSON_Delete(json);
	system_done(&system);
}

static void this_machine_tells_of_itself(void **state)
{
	struct denet_system system = { .size = sizeof(system) };
	AUTO_FREE char *text = NULL;
	cJSON *json;

	(void)state;
	assert_int_equal(denet_system_read(&system), 0);
	assert_int_equal(system.cpus_online, sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(system.memory.total_kb > 1000);
	assert_true(system.mono_ns && system.ts_ms);
	denet_system_free(&system);
	assert_int_equal(denet_system_json(&text), 0);
	json = cJSON_Parse(text);
	assert_non_null(cJSON_GetObjectItem(json, "filesystems"));
	assert_non_null(cJSON_GetObjectItem(json, "mono_ns"));
	cJSON_Delete(json);
}

/* An older caller has a shorter struct: nothing is written behind it, and nothing leaks. */
static void older_callers_get_what_they_have_room_for(void **state)
{
	struct {
		struct denet_system system;
		char behind[16];
	} room;

	(void)state;
	memset(&room, 0x5a, sizeof(room));
	room.system.size = offsetof(struct denet_system, cpu);
	assert_int_equal(denet_system_read(&room.system), 0);
	assert_true(room.system.ctx_switches > 0);
	for (const char *at = (const char *)&room.system.cpu; at < room.behind + 16; at++)
		assert_int_equal(*at, 0x5a);
	denet_system_free(&room.system);
	room.system.size = 0;
	assert_int_equal(denet_system_read(&room.system), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processors_are_those_that_are_online),
		cmocka_unit_test(counts_are_found_behind_a_very_long_line),
		cmocka_unit_test(memory_that_is_not_told_is_unknown),
		cmocka_unit_test(disks_are_whole_and_counted_once),
		cmocka_unit_test(network_sum_leaves_loopback_out),
		cmocka_unit_test(file_systems_are_local_and_asked_once),
		cmocka_unit_test(without_proc_there_is_an_error_and_nothing_to_free),
		cmocka_unit_test(json_leaves_out_what_is_not_known),
		cmocka_unit_test(this_machine_tells_of_itself),
		cmocka_unit_test(older_callers_get_what_they_have_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
