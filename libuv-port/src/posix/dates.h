/* SPDX-License-Identifier: MIT */

/* Dates that strptime() reads. */

#ifndef UVP_DATES_H_
#define UVP_DATES_H_

#include <time.h>

#define UVP__TM_YEAR_BASE 1900

/* What a text has said so far. What it leaves out may follow from the rest. */
struct uvp__date {
  struct tm* tm;
  unsigned int has;
  int is_pm;
  int century;
  int week;
};

enum {
  UVP__HOUR12 = 1 << 0,
  UVP__CENTURY = 1 << 1,
  UVP__YEAR_OF_CENTURY = 1 << 2,
  UVP__MONTH = 1 << 3,
  UVP__DAY = 1 << 4,
  UVP__DAY_OF_YEAR = 1 << 5,
  UVP__WEEKDAY = 1 << 6,
  UVP__WEEK_OF_SUNDAY = 1 << 7,
  UVP__WEEK_OF_MONDAY = 1 << 8,
  /* Something that the weekday and the day of the year depend on. */
  UVP__DATE = 1 << 9
};

/* Fills in what follows from the rest. */
void uvp__complete_date(struct uvp__date* date);

#endif  /* UVP_DATES_H_ */
