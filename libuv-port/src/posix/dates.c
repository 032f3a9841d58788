/* SPDX-License-Identifier: MIT */

/* What follows from the parts of a date that a text has, as in glibc. */

#include "dates.h"

#include <time.h>


static int uvp__is_leap(int year) {
  year += UVP__TM_YEAR_BASE;
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}


/* The days of a year before a month, 0 to 12. */
static int uvp__days_before(int year, int month) {
  static const short days[] = { 0,   31,  59,  90,  120, 151, 181,
                                212, 243, 273, 304, 334, 365 };

  return days[month] + (month > 1 && uvp__is_leap(year));
}


/* Wrong months, of callers that have left `tm` as it was, find no day. */
static int uvp__has_month(const struct tm* tm) {
  return tm->tm_mon >= 0 && tm->tm_mon < 12;
}


/* Sunday is 0. The first day of the year 1 was a Monday, as after each 400 years
 * since.
 */
static int uvp__weekday(int year, int month, int day) {
  int before;

  before = year + UVP__TM_YEAR_BASE + 400 - 1;
  return (before * 365 + before / 4 - before / 100 + before / 400 +
          uvp__days_before(year, month) + day) %
         7;
}


static void uvp__find_month(struct tm* tm, unsigned int has) {
  int month;

  for (month = 1; month < 12; month++)
    if (uvp__days_before(tm->tm_year, month) > tm->tm_yday)
      break;

  if (!(has & UVP__MONTH))
    tm->tm_mon = month - 1;

  if (!(has & UVP__DAY))
    tm->tm_mday = tm->tm_yday - uvp__days_before(tm->tm_year, month - 1) + 1;
}


/* Finds the day from the number of the week and the day of the week. */
static void uvp__find_in_week(struct uvp__date* date) {
  struct tm* tm;
  int first;
  int start;

  tm = date->tm;
  start = date->has & UVP__WEEK_OF_SUNDAY ? 0 : 1;
  first = uvp__weekday(tm->tm_year, 0, 1);

  if (!(date->has & UVP__DAY_OF_YEAR))
    tm->tm_yday = (7 - (first - start)) % 7 + (date->week - 1) * 7 +
                  (tm->tm_wday - start + 7) % 7;

  if (!(date->has & UVP__DAY) || !(date->has & UVP__MONTH))
    uvp__find_month(tm, date->has);
}


void uvp__complete_date(struct uvp__date* date) {
  struct tm* tm;

  tm = date->tm;
  if ((date->has & UVP__HOUR12) && date->is_pm)
    tm->tm_hour += 12;

  if (date->has & UVP__CENTURY) {
    if (date->has & UVP__YEAR_OF_CENTURY)
      tm->tm_year = tm->tm_year % 100 + (date->century - 19) * 100;
    else
      tm->tm_year = (date->century - 19) * 100;
  }

  if ((date->has & UVP__DATE) && !(date->has & UVP__WEEKDAY)) {
    if ((date->has & (UVP__MONTH | UVP__DAY)) != (UVP__MONTH | UVP__DAY) &&
        (date->has & UVP__DAY_OF_YEAR))
      uvp__find_month(tm, date->has);

    if (uvp__has_month(tm))
      tm->tm_wday = uvp__weekday(tm->tm_year, tm->tm_mon, tm->tm_mday);
  }

  if ((date->has & UVP__DATE) && !(date->has & UVP__DAY_OF_YEAR) &&
      uvp__has_month(tm))
    tm->tm_yday = uvp__days_before(tm->tm_year, tm->tm_mon) + tm->tm_mday - 1;

  if ((date->has & (UVP__WEEK_OF_SUNDAY | UVP__WEEK_OF_MONDAY)) &&
      (date->has & UVP__WEEKDAY))
    uvp__find_in_week(date);
}
