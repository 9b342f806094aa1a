/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Commands that a program of its own does, since what it links would cost every run. It lies where
 * the build says, or in a folder of a build beside the running file; PATH is never asked. Rights
 * that only the file has are lent to this program, not to whatever somebody lays beside it.
 */
#ifndef DENET_CLI_PROGRAM_H
#define DENET_CLI_PROGRAM_H

/*
 * Becomes it; returns -errno only. argv[0] is replaced; environment NULL is our own. ret_path says
 * what was tried, and has room for PATH_MAX.
 */
int program_execute(const char *name, char *argv[], char *const environment[], char *ret_path);

/* Why an option cannot do without the program at that path. */
void program_tell_missing(const char *path, const char *option, int r);

#endif
