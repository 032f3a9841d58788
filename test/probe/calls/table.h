/* SPDX-License-Identifier: MIT */

/* The calls that were linked; scripts/probe/build.mjs writes their table. */

#ifndef TABLE_H_
#define TABLE_H_

struct entry {
  const char* call;
  void (*probe)(void);
};

extern const struct entry table[];

#endif  /* TABLE_H_ */
