/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/devices.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/rates.h"

void devices_done(struct devices *devices)
{
	free(devices->disks);
	free(devices->interfaces);
	free(devices->filesystems);
	*devices = (struct devices){ 0 };
}

static const struct denet_disk *find_disk(const struct denet_system *system, const char *name)
{
	for (size_t i = 0; system && i < system->disks_count; i++)
		if (strcmp(system->disks[i].name, name) == 0)
			return &system->disks[i];
	return NULL;
}

static const struct denet_interface *find_interface(const struct denet_system *system,
						    const char *name)
{
	for (size_t i = 0; system && i < system->interfaces_count; i++)
		if (strcmp(system->interfaces[i].name, name) == 0)
			return &system->interfaces[i];
	return NULL;
}

static void take_disk(const struct denet_disk *before, const struct denet_disk *now,
		      uint64_t passed_ns, struct host_disk *to)
{
	to->device = now->name;
	to->read_bytes = now->read_bytes;
	to->write_bytes = now->write_bytes;
	to->read_count = now->read_count;
	to->write_count = now->write_count;
	to->busy_ns = now->busy_ns;
	to->read_bytes_per_sec = to->write_bytes_per_sec = to->busy_percent = NAN;
	if (!before)
		return;
	to->read_bytes_per_sec = rates_per_s(before->read_bytes, now->read_bytes, passed_ns);
	to->write_bytes_per_sec = rates_per_s(before->write_bytes, now->write_bytes, passed_ns);
	to->busy_percent = rates_percent(before->busy_ns, now->busy_ns, passed_ns);
}

static void take_interface(const struct denet_interface *before, const struct denet_interface *now,
			   uint64_t passed_ns, struct host_interface *to)
{
	to->interface = now->name;
	to->bytes_sent = now->tx_bytes;
	to->bytes_recv = now->rx_bytes;
	to->packets_sent = now->tx_packets;
	to->packets_recv = now->rx_packets;
	to->errors_sent = now->tx_errors;
	to->errors_recv = now->rx_errors;
	to->sent_bytes_per_sec = to->recv_bytes_per_sec = NAN;
	if (!before)
		return;
	to->sent_bytes_per_sec = rates_per_s(before->tx_bytes, now->tx_bytes, passed_ns);
	to->recv_bytes_per_sec = rates_per_s(before->rx_bytes, now->rx_bytes, passed_ns);
}

/* Of what users without privileges can have, as df has it. */
static void take_filesystem(const struct denet_filesystem *now, struct host_filesystem *to)
{
	uint64_t used = now->total_bytes > now->free_bytes ? now->total_bytes - now->free_bytes : 0;

	to->mount = now->mount;
	to->source = now->source;
	to->fs_type = now->type;
	to->total_bytes = now->total_bytes;
	to->free_bytes = now->free_bytes;
	to->available_bytes = now->available_bytes;
	to->usage_percent = rates_share(used, used + now->available_bytes);
}

int devices_take(struct devices *devices, const struct denet_system *before,
		 const struct denet_system *now, uint64_t ts_ms)
{
	uint64_t passed_ns = before ? now->mono_ns - before->mono_ns : 0;

	devices_done(devices);
	devices->disks = calloc(now->disks_count + 1, sizeof(*devices->disks));
	devices->interfaces = calloc(now->interfaces_count + 1, sizeof(*devices->interfaces));
	devices->filesystems = calloc(now->filesystems_count + 1, sizeof(*devices->filesystems));
	if (!devices->disks || !devices->interfaces || !devices->filesystems)
		return -ENOMEM;
	for (size_t i = 0; i < now->disks_count; i++) {
		devices->disks[i].ts_ms = ts_ms;
		take_disk(find_disk(before, now->disks[i].name), &now->disks[i], passed_ns,
			  &devices->disks[i]);
	}
	for (size_t i = 0; i < now->interfaces_count; i++) {
		devices->interfaces[i].ts_ms = ts_ms;
		take_interface(find_interface(before, now->interfaces[i].name), &now->interfaces[i],
			       passed_ns, &devices->interfaces[i]);
	}
	for (size_t i = 0; i < now->filesystems_count; i++) {
		devices->filesystems[i].ts_ms = ts_ms;
		take_filesystem(&now->filesystems[i], &devices->filesystems[i]);
	}
	devices->disks_count = now->disks_count;
	devices->interfaces_count = now->interfaces_count;
	devices->filesystems_count = now->filesystems_count;
	return 0;
}
