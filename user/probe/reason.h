/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is worth telling of libbpf's and the verifier's log. */
#ifndef DENET_PROBE_REASON_H
#define DENET_PROBE_REASON_H

#define PROBE_REASON_BYTES 256

/* All zeros when nothing was refused. */
struct probe_reason {
	int error; /* -errno */
	char text[PROBE_REASON_BYTES]; /* one plain line; empty when nobody said anything */
};

/* Takes the verifier's verdict, else the first line that says something. */
void probe_reason_take(struct probe_reason *reason, const char *log);

#endif
