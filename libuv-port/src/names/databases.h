/* SPDX-License-Identifier: MIT */

/* The databases in /etc: text files with one entry in a line. */

#ifndef UVP_DATABASES_H_
#define UVP_DATABASES_H_

#include <stdio.h>

#define UVP__LINE_MAX 1024

/* Opens the file if the program has it, or else the lines of `builtin`. Returns
 * NULL if there is no memory.
 */
FILE* uvp__open_database(const char* path, const char* builtin);

/* Reads the next line that has an entry into `line`, without a comment. Lines
 * that are too long are skipped. Returns 0 at the end.
 */
int uvp__next_entry(FILE* file, char line[UVP__LINE_MAX]);

/* Splits a line at colons into exactly `count` fields. Returns whether it has as
 * many.
 */
int uvp__split(char* line, char** fields, int count);

/* Splits a list at any of the separators into at most `max` items and a NULL.
 * Returns the number of items.
 */
int uvp__items(char* list, const char* separators, char** items, int max);

/* What is left of a buffer. If something does not fit, nothing fits any more. */
struct uvp__room {
  char* at;
  size_t left;
};

/* These store a text, a list of texts that NULL ends, or `size` bytes for any
 * use. They return NULL if that does not fit.
 */
char* uvp__store(struct uvp__room* room, const char* text);
char** uvp__store_all(struct uvp__room* room, char* const* texts, int count);
void* uvp__reserve(struct uvp__room* room, size_t size);

#endif  /* UVP_DATABASES_H_ */
