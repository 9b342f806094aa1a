/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/around.h"

#include <unistd.h>

#include "procfs/pressure.h"

void around_init(struct around *around)
{
	*around = (struct around){ .netdev_fd = -1, .pressure_fd = -1 };
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void around_close(struct around *around)
{
	close_if_open(&around->netdev_fd);
	close_if_open(&around->pressure_fd);
}

void around_open_net(struct around *around, const struct procfs *procfs, pid_t pid)
{
	close_if_open(&around->netdev_fd);
	around->netdev_fd = netdev_open(procfs, pid);
}

/* Optional: a figure that cannot be had is left out. */
void around_open(struct around *around, const struct procfs *procfs)
{
	around->pressure_fd = pressure_open(procfs);
	if (around->netdev_fd >= 0 && netdev_read(around->netdev_fd, &around->net_before))
		close_if_open(&around->netdev_fd);
	around->is_net_known = around->netdev_fd >= 0;
}

/* An interface that goes away takes its counters along. */
static void raise_net(uint64_t before, uint64_t now, uint64_t *value)
{
	if (now - before < UINT64_MAX / 2 && now - before > *value)
		*value = now - before;
}

void around_fill(struct around *around, bool has_net, struct denet_sample *sample)
{
	struct pressure pressure;
	struct netdev_totals net;

	if (around->pressure_fd >= 0 && !pressure_read(around->pressure_fd, &pressure)) {
		sample->psi_some_avg10 = pressure.some_avg10;
		sample->psi_full_avg10 = pressure.full_avg10;
	}
	if (around->netdev_fd < 0 || netdev_read(around->netdev_fd, &net))
		return;
	raise_net(around->net_before.rx_bytes, net.rx_bytes, &around->net_rx_bytes);
	raise_net(around->net_before.tx_bytes, net.tx_bytes, &around->net_tx_bytes);
	if (!has_net)
		return;
	sample->sys_net_rx_bytes = around->net_rx_bytes;
	sample->sys_net_tx_bytes = around->net_tx_bytes;
}
