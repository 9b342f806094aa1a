/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Exit statuses of denet-bpf-host: those of denet-bpf where they mean the same. */
#ifndef DENET_AGENT_STATUS_H
#define DENET_AGENT_STATUS_H

enum agent_status {
	STATUS_OK = 0,
	STATUS_LOST = 1, /* it could not be written, or what was asked for is not there */
	STATUS_CONFIG = 1, /* the configuration is wrong, or cannot be carried out */
	STATUS_FAILED = 125, /* wrong usage, or nothing could be looked at */
};

#endif
