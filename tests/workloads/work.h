/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the workloads share. Whatever goes wrong ends the program with status 2. */
#ifndef DENET_WORKLOADS_WORK_H
#define DENET_WORKLOADS_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Says what failed, and why by errno. */
_Noreturn void work_fail(const char *what);

/* argv[index] as a decimal number; fallback when there is no such argument. */
uint64_t work_number(int argc, char *argv[], int index, uint64_t fallback);

/*
 * argv[index] as milliseconds that the workload should last, times $DENET_TEST_STRETCH: to be there
 * still when an emulated machine has attached to it.
 */
uint64_t work_lasting_ms(int argc, char *argv[], int index);

/* True when argv[index] is there and is word. */
bool work_has_word(int argc, char *argv[], int index, const char *word);

uint64_t work_clock_ns(clockid_t clock);

/* Burns that much more CPU time of the calling thread. */
void work_burn_us(uint64_t us);

void work_sleep_ms(uint64_t ms);

pid_t work_fork(void);

/* Waits for one process, or with -1 for any child; false when there is none left. */
bool work_wait(pid_t pid);

/* Pins the calling thread to the first CPU that it may use. */
void work_pin(void);

/* Maps a file that exists. */
void *work_map(const char *path, size_t size);

#endif
