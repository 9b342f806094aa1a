/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* `denet-bpf host push URL`: a run that is over, from its records on stdin to InfluxDB or a Pushgateway. */
#ifndef DENET_PUSH_RUN_H
#define DENET_PUSH_RUN_H

/* argv[0] is "push". Returns the status to exit with. */
int run_push_main(int argc, char *argv[]);

#endif
