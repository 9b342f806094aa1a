/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a sanitizer adds to a process that measures itself. */
#ifndef UNIT_SANITIZED_H
#define UNIT_SANITIZED_H

#ifdef __SANITIZE_THREAD__
#define SANITIZER_THREADS 1
#else
#define SANITIZER_THREADS 0
#endif

#endif
