/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* `denet-bpf host rules`: files of rules, looked at and tested. */
#ifndef DENET_AGENT_RULES_H
#define DENET_AGENT_RULES_H

/* argv[0] is "rules". Returns the status to exit with. */
int rules_main(int argc, char *argv[]);

#endif
