/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One line on stderr for each call, harmless on a terminal whatever the arguments hold. */
#ifndef DENET_UTIL_LOG_H
#define DENET_UTIL_LOG_H

/*
 * "denet-bpf: cannot open 'x': No such file or directory". r is 0 when the text says it all, or
 * the -errno that is the reason. Returns r.
 */
int log_error(int r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For what does not end the run; after log_silence() nothing is written. */
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_silence(void);

#endif
