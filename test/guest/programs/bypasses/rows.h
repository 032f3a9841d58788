/* SPDX-License-Identifier: MIT */

/* Programs that try ways around a policy. Each argument is a row: a verb and
 * its words, separated by spaces. A row prints its number and its outcome: OK,
 * the name of an error, or what was found out.
 */

#ifndef ROWS_H_
#define ROWS_H_

#include <uv.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 12

/* What a verb does. The words end with NULL; the outcome is printed. */
typedef const char* (*rows_cb)(char** words);

struct rows_verb {
  const char* name;
  rows_cb run;
};


static inline const char* rows_error(void) {
  if (errno == EINPROGRESS)
    return "STARTED";

  return uv_err_name(uv_translate_sys_error(errno));
}


static inline const char* rows_outcome(int result) {
  return result < 0 ? rows_error() : "OK";
}


/* Replaces %XX by that byte. Returns the number of bytes. */
static inline size_t rows_decode(const char* text, char* bytes, size_t size) {
  unsigned int byte;
  size_t n;

  for (n = 0; *text != '\0' && n < size; n++)
    if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) {
      bytes[n] = (char) byte;
      text += 3;
    } else {
      bytes[n] = *text++;
    }

  return n;
}


static inline void rows_split(char* row, char** words) {
  char* rest;
  int n;

  for (n = 0; n < WORDS_MAX; n++)
    words[n] = strtok_r(n == 0 ? row : NULL, " ", &rest);

  words[WORDS_MAX] = NULL;
}


static inline void rows_run(int argc,
                            char** argv,
                            const struct rows_verb* verbs) {
  char* words[WORDS_MAX + 1];
  const struct rows_verb* verb;
  int i;

  for (i = 1; i < argc; i++) {
    rows_split(argv[i], words);
    for (verb = verbs; verb->name != NULL; verb++)
      if (strcmp(verb->name, words[0]) == 0)
        break;

    printf("%d %s\n", i - 1, verb->name ? verb->run(words + 1) : "no verb");
    fflush(stdout);
  }
}

#endif  /* ROWS_H_ */
