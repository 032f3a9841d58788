/* SPDX-License-Identifier: MIT */

/* Reads the databases in /etc. A program has those files only if they were
 * given to it; what every system has is built in.
 */

#include "databases.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>


FILE* uvp__open_database(const char* path, const char* builtin) {
  FILE* file;
  int err;

  err = errno;
  file = fopen(path, "re");
  if (file == NULL)
    file = fmemopen((char*) builtin, strlen(builtin), "r");

  errno = err;
  return file;
}


int uvp__next_entry(FILE* file, char line[UVP__LINE_MAX]) {
  size_t len;
  int skipped;
  char* end;

  skipped = 0;
  while (fgets(line, UVP__LINE_MAX, file) != NULL) {
    len = strlen(line);
    end = strchr(line, '\n');
    if (end == NULL && len == UVP__LINE_MAX - 1) {
      skipped = 1;
      continue;
    }

    line[strcspn(line, "#\n")] = '\0';
    if (!skipped && line[strspn(line, " \t")] != '\0')
      return 1;

    skipped = 0;
  }

  return 0;
}


int uvp__split(char* line, char** fields, int count) {
  int i;

  for (i = 0; i < count - 1; i++) {
    fields[i] = line;
    line = strchr(line, ':');
    if (line == NULL)
      return 0;

    *line++ = '\0';
  }

  fields[i] = line;
  return strchr(line, ':') == NULL;
}


int uvp__items(char* list, const char* separators, char** items, int max) {
  char* rest;
  char* item;
  int n;

  n = 0;
  for (item = strtok_r(list, separators, &rest); item != NULL && n < max;
       item = strtok_r(NULL, separators, &rest))
    items[n++] = item;

  items[n] = NULL;
  return n;
}


void* uvp__reserve(struct uvp__room* room, size_t size) {
  size_t pad;
  void* p;

  pad = -(uintptr_t) room->at % sizeof(void*);
  if (room->left < pad || room->left - pad < size) {
    room->left = 0;
    return NULL;
  }

  p = room->at + pad;
  room->at += pad + size;
  room->left -= pad + size;
  return p;
}


char* uvp__store(struct uvp__room* room, const char* text) {
  size_t size;
  char* p;

  size = strlen(text) + 1;
  if (room->left < size) {
    room->left = 0;
    return NULL;
  }

  p = memcpy(room->at, text, size);
  room->at += size;
  room->left -= size;
  return p;
}


char** uvp__store_all(struct uvp__room* room, char* const* texts, int count) {
  char** list;
  int i;

  list = uvp__reserve(room, (count + 1) * sizeof(*list));
  for (i = 0; list != NULL && i < count; i++) {
    list[i] = uvp__store(room, texts[i]);
    if (list[i] == NULL)
      return NULL;
  }

  if (list != NULL)
    list[count] = NULL;

  return list;
}
