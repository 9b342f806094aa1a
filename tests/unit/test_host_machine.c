/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine from files that the test writes: counters as they are, rates from two looks. */
#include "host/machine.h"

#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"
#include "util/units.h"

#define PATH_BYTES 256

static char folder[] = "/tmp/denet-machine-XXXXXX";
static struct procfs made;

static void put(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void put_net(unsigned int received, unsigned int sent)
{
	char text[512];

	(void)snprintf(
		text, sizeof(text),
		"Inter-|   Receive                                                |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
		"    lo: 77 1 0 0 0 0 0 0 77 1 0 0 0 0 0 0\n"
		"  eth0: %u 1 0 0 0 0 0 0 %u 1 0 0 0 0 0 0\n",
		received, sent);
	put("net/dev", text);
}

static void put_all(const char *stat, unsigned int received, unsigned int sent)
{
	put("stat", stat);
	put("meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 250 kB\n"
		       "SwapTotal: 200 kB\nSwapFree: 150 kB\n");
	put("loadavg", "0.50 1.00 1.50 1/2 3\n");
	put_net(received, sent);
}

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void the_first_look_has_counters_and_no_rates(void **state)
{
	struct machine machine;
	const struct host_machine *figures = &machine.figures;

	(void)state;
	put_all("cpu 10 0 10 80 0 0 0 0 5 0\ncpu0 10 0 10 80 0 0 0 0 5 0\n", 1000, 500);
	machine_init(&machine, &made);
	assert_int_equal(machine_look(&machine, NS_PER_S, 1500), 0);
	assert_true(is_near(figures->timestamp, 1.5));
	assert_int_equal(figures->memory_total, 1024000);
	assert_int_equal(figures->memory_available, 256000);
	assert_true(is_near(figures->memory_percent, 75));
	assert_int_equal(figures->swap_used, 51200);
	assert_true(is_near(figures->swap_percent, 25));
	assert_int_equal(figures->net_bytes_recv, 1000);
	assert_int_equal(figures->net_bytes_sent, 500);
	assert_true(is_near(figures->load_avg[2], 1.5));
	assert_true(figures->disk_usage_percent >= 0 && figures->disk_usage_percent <= 100);
	assert_true(isnan(figures->cpu_percent));
	assert_true(isnan(figures->net_recv_bytes_per_sec));
	assert_int_equal(figures->cores, 0);
	machine_done(&machine);
}

static void the_second_tells_how_fast_they_grow(void **state)
{
	struct machine machine;
	const struct host_machine *figures = &machine.figures;

	(void)state;
	put_all("cpu 10 0 10 80 0 0 0 0 5 0\ncpu1 10 0 10 80 0 0 0 0 5 0\n", 1000, 500);
	machine_init(&machine, &made);
	assert_int_equal(machine_look(&machine, NS_PER_S, 1000), 0);
	/* A core has come, the guest's time is in the user's, and idle went back on one. */
	put_all("cpu 30 0 20 140 10 0 0 0 25 0\ncpu0 1 1 1 1 0 0 0 0 0 0\ncpu1 30 0 20 140 10 0 0 "
		"0 25 0\n",
		3000, 400);
	assert_int_equal(machine_look(&machine, 3 * NS_PER_S, 3000), 0);
	assert_true(is_near(figures->cpu_percent, 30));
	assert_int_equal(figures->cores, 2);
	assert_true(isnan(figures->cpu_per_core[0]));
	assert_true(is_near(figures->cpu_per_core[1], 30));
	assert_true(is_near(figures->net_recv_bytes_per_sec, 1000));
	/* It fell. */
	assert_true(isnan(figures->net_sent_bytes_per_sec));
	/* No time has passed. */
	assert_int_equal(machine_look(&machine, 3 * NS_PER_S, 3000), 0);
	assert_true(isnan(figures->net_recv_bytes_per_sec));
	assert_true(isnan(figures->cpu_percent));
	machine_done(&machine);
}

static void put_pressure(const char *name, unsigned int some_us, unsigned int full_us)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "some avg10=0.00 avg60=0.00 avg300=0.00 total=%u\n"
		       "full avg10=0.00 avg60=0.00 avg300=0.00 total=%u\n",
		       some_us, full_us);
	put(name, text);
}

static void what_all_waited_for_is_told(void **state)
{
	char path[PATH_BYTES];
	struct machine machine;
	const struct host_machine *figures = &machine.figures;

	(void)state;
	put_all("cpu 10 0 10 80 0 0 0 0 5 0\n", 1, 1);
	machine_init(&machine, &made);
	assert_int_equal(machine_look(&machine, NS_PER_S, 1000), 0);
	assert_true(figures->cpu_stall_ns == DENET_UNKNOWN);
	(void)snprintf(path, sizeof(path), "%s/pressure", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	put_pressure("pressure/cpu", 1000000, 0);
	put_pressure("pressure/memory", 500, 200);
	put_pressure("pressure/io", 9, 8);
	assert_int_equal(machine_look(&machine, 2 * NS_PER_S, 2000), 0);
	assert_int_equal(figures->cpu_stall_ns, NS_PER_S);
	assert_int_equal(figures->memory_stall_ns, 500000);
	assert_int_equal(figures->memory_full_stall_ns, 200000);
	assert_int_equal(figures->io_full_stall_ns, 8000);
	assert_true(isnan(figures->cpu_pressure));
	put_pressure("pressure/cpu", 1500000, 0);
	put_pressure("pressure/memory", 400, 200);
	assert_int_equal(machine_look(&machine, 4 * NS_PER_S, 4000), 0);
	assert_true(is_near(figures->cpu_pressure, 25));
	assert_true(isnan(figures->memory_pressure));
	assert_true(is_near(figures->io_pressure, 0));
	machine_done(&machine);
}

static void each_device_has_its_own(void **state)
{
	struct denet_disk disks[] = { { "sda", 100, 200, 1, 2, 0 }, { "sdb", 7, 7, 1, 1, 5 } };
	struct denet_disk later[] = { { "sdb", 5, 9, 1, 1, NS_PER_S + 5 },
				      { "sdc", 1, 1, 1, 1, 1 } };
	struct denet_interface nets[] = { { "eth0", 10, 20, 1, 2, 0, 0 } };
	struct denet_interface nets_later[] = { { "eth0", 2010, 20, 5, 2, 3, 0 } };
	struct denet_filesystem root[] = { { "/", "/dev/sda", "ext4", 1000, 600, 500 } };
	const struct denet_system before = { .mono_ns = NS_PER_S,
					     .disks = disks,
					     .disks_count = 2,
					     .interfaces = nets,
					     .interfaces_count = 1 };
	const struct denet_system now = { .mono_ns = 3 * NS_PER_S,
					  .disks = later,
					  .disks_count = 2,
					  .interfaces = nets_later,
					  .interfaces_count = 1,
					  .filesystems = root,
					  .filesystems_count = 1 };
	struct devices devices = { 0 };

	(void)state;
	assert_int_equal(devices_take(&devices, NULL, &before, 5), 0);
	assert_int_equal(devices.disks_count, 2);
	assert_string_equal(devices.disks[0].device, "sda");
	assert_int_equal(devices.disks[0].write_bytes, 200);
	assert_true(isnan(devices.disks[0].busy_percent));
	assert_int_equal(devices_take(&devices, &before, &now, 6), 0);
	assert_int_equal(devices.disks[0].ts_ms, 6);
	assert_true(isnan(devices.disks[0].read_bytes_per_sec));
	assert_true(is_near(devices.disks[0].write_bytes_per_sec, 1));
	assert_true(is_near(devices.disks[0].busy_percent, 50));
	assert_true(isnan(devices.disks[1].busy_percent));
	assert_true(is_near(devices.interfaces[0].recv_bytes_per_sec, 1000));
	assert_true(is_near(devices.interfaces[0].sent_bytes_per_sec, 0));
	assert_int_equal(devices.interfaces[0].errors_recv, 3);
	assert_int_equal(devices.filesystems_count, 1);
	assert_string_equal(devices.filesystems[0].fs_type, "ext4");
	assert_true(is_near(devices.filesystems[0].usage_percent, 100.0 * 400 / 900));
	devices_done(&devices);
}

static void without_swap_none_is_used(void **state)
{
	struct machine machine;

	(void)state;
	put_all("cpu 10 0 10 80 0 0 0 0 5 0\n", 1, 1);
	put("meminfo", "MemTotal: 1000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
	machine_init(&machine, &made);
	assert_int_equal(machine_look(&machine, NS_PER_S, 1000), 0);
	assert_true(machine.figures.swap_percent == 0);
	assert_true(isnan(machine.figures.memory_percent));
	machine_done(&machine);
}

static void without_its_main_file_it_fails(void **state)
{
	struct machine machine;
	const struct procfs nowhere = { .proc = "/nowhere", .sys = "/nowhere" };

	(void)state;
	machine_init(&machine, &nowhere);
	assert_true(machine_look(&machine, 1, 1) < 0);
	machine_done(&machine);
}

static int make_folder(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/net", folder);
	made = (struct procfs){ .proc = folder, .sys = folder };
	return mkdir(path, 0755);
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look_has_counters_and_no_rates),
		cmocka_unit_test(the_second_tells_how_fast_they_grow),
		cmocka_unit_test(what_all_waited_for_is_told),
		cmocka_unit_test(each_device_has_its_own),
		cmocka_unit_test(without_swap_none_is_used),
		cmocka_unit_test(without_its_main_file_it_fails),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
