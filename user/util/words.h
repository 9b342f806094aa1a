/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_UTIL_WORDS_H
#define DENET_UTIL_WORDS_H

/*
 * The words of a line as a shell would take them apart, and nothing else of a shell: blanks between
 * them, straight and double quotes, backslashes. One allocation, to be freed by the caller, which ends
 * with NULL. -EINVAL for a quote that is not closed, -ENODATA without a word.
 */
int words_split(const char *line, char ***ret_words);

#endif
