/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A second process of ours that stands where we stand: it gets what is sent to the process group, to
 * the session or to all, and nothing that is sent to us. A signal does not say for whom it was meant.
 */
#ifndef DENET_CLI_WITNESS_H
#define DENET_CLI_WITNESS_H

#include <stdbool.h>
#include <sys/types.h>

struct witness {
	pid_t pid; /* 0 = there is none */
	int fd; /* owned */
};

#define WITNESS_NONE ((struct witness){ .fd = -1 })

/*
 * To be called while all signals that are asked about are blocked. argv is the end of our own
 * command line, which the other process gives up: whoever looks for us by it must not find it.
 */
int witness_start(char *const argv[], struct witness *ret_witness);

/*
 * Whether it has got the signal as well; it forgets it. False where there is none, and for the second
 * of two that came between our reading of the first and this question: to it they were one.
 */
bool witness_saw(struct witness *witness, int number);

/* It is not needed any more, and dies while its owner goes on. */
void witness_dismiss(struct witness *witness);

/* Waits for its end. */
void witness_end(struct witness *witness);

#endif
