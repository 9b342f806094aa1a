/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* `denet-bpf-host resolve NAME`: where the container of a name or an id is, for programs that ask. */
#ifndef DENET_AGENT_RESOLVE_H
#define DENET_AGENT_RESOLVE_H

/*
 * argv[0] is the word "resolve", the last the name; options of a root may stand between. Prints one line of
 * JSON: name, id where there is one, and its folders in "cgroups", that which counts its CPU first. Returns the
 * exit status.
 */
int resolve_main(int argc, char *argv[]);

#endif
