/* SPDX-License-Identifier: MIT */

/* strptime(), with the additions of glibc. The only locale is C. */

#include "dates.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char* const uvp__days[] = { "Sunday",    "Monday",   "Tuesday",
                                         "Wednesday", "Thursday", "Friday",
                                         "Saturday" };

static const char* const uvp__months[] = { "January", "February", "March",
                                           "April",   "May",      "June",
                                           "July",    "August",   "September",
                                           "October", "November", "December" };


/* Not isspace(), whose table small programs do without. */
static int uvp__is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}


static int uvp__is_digit(char c) {
  return c >= '0' && c <= '9';
}


static const char* uvp__skip_space(const char* text) {
  while (uvp__is_space(*text))
    text++;

  return text;
}


/* Reads a number between two limits, with as many digits as the upper one can
 * have. Returns the rest of the text, or NULL if there is no such number.
 */
static const char* uvp__number(const char* text, int from, int to, int* value) {
  int limit;
  int n;

  while (*text == ' ')
    text++;

  if (!uvp__is_digit(*text))
    return NULL;

  n = 0;
  for (limit = to; limit > 0 && uvp__is_digit(*text); limit /= 10) {
    n = n * 10 + (*text++ - '0');
    if (n * 10 > to)
      break;
  }

  *value = n;
  return n >= from && n <= to ? text : NULL;
}


/* Reads a name, or its first three letters. */
static const char* uvp__name(const char* text,
                             const char* const* names,
                             int count,
                             int* value) {
  size_t size;
  int i;

  for (i = 0; i < count; i++) {
    size = strlen(names[i]);
    if (strncasecmp(text, names[i], size) != 0)
      size = 3;

    if (strncasecmp(text, names[i], size) == 0) {
      *value = i;
      return text + size;
    }
  }

  return NULL;
}


static const char* uvp__half_of_day(const char* text, int* is_pm) {
  if (strncasecmp(text, "AM", 2) != 0 && strncasecmp(text, "PM", 2) != 0)
    return NULL;

  *is_pm = *text == 'P' || *text == 'p';
  return text + 2;
}


/* Reads Z, +hh, +hhmm or +hh:mm. */
static const char* uvp__offset(const char* text, long* offset) {
  long value;
  int digits;
  int negative;

  text = uvp__skip_space(text);
  *offset = 0;
  if (*text == 'Z')
    return text + 1;

  if (*text != '+' && *text != '-')
    return NULL;

  negative = *text++ == '-';
  value = 0;
  for (digits = 0; digits < 4 && uvp__is_digit(*text);) {
    value = value * 10 + (*text++ - '0');
    digits++;
    if (digits == 2 && *text == ':' && uvp__is_digit(text[1]))
      text++;
  }

  if (digits == 2)
    value *= 100;
  else if (digits != 4 || value % 100 >= 60)
    return NULL;

  *offset = value / 100 * 3600 + value % 100 * 60;
  if (negative)
    *offset = -*offset;

  return text;
}


static const char* uvp__seconds(const char* text, struct tm* tm) {
  time_t seconds;

  if (!uvp__is_digit(*text))
    return NULL;

  seconds = 0;
  while (uvp__is_digit(*text))
    seconds = seconds * 10 + (*text++ - '0');

  return localtime_r(&seconds, tm) == NULL ? NULL : text;
}


/* What some conversions are short for. */
static const char* uvp__long_form(char conversion) {
  switch (conversion) {
    case 'c':
      return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x':
      return "%m/%d/%y";
    case 'F':
      return "%Y-%m-%d";
    case 'R':
      return "%H:%M";
    case 'r':
      return "%I:%M:%S %p";
    case 'T':
    case 'X':
      return "%H:%M:%S";
  }

  return NULL;
}


/* The conversions of numbers that are stored as they are, or minus `base`. */
static const char* uvp__field(char conversion,
                              const char* text,
                              struct uvp__date* date) {
  struct tm* tm;
  int value;

#define UVP__FIELD(from, to, field, base, flags)                              \
  do {                                                                        \
    text = uvp__number(text, from, to, &value);                               \
    if (text != NULL)                                                         \
      (field) = value - (base);                                               \
    date->has |= (flags);                                                     \
    return text;                                                              \
  } while (0)

  tm = date->tm;
  switch (conversion) {
    case 'C':
      UVP__FIELD(0, 99, date->century, 0, UVP__CENTURY | UVP__DATE);
    case 'd':
    case 'e':
      UVP__FIELD(1, 31, tm->tm_mday, 0, UVP__DAY | UVP__DATE);
    case 'j':
      UVP__FIELD(1, 366, tm->tm_yday, 1, UVP__DAY_OF_YEAR);
    case 'M':
      UVP__FIELD(0, 59, tm->tm_min, 0, 0);
    case 'm':
      UVP__FIELD(1, 12, tm->tm_mon, 1, UVP__MONTH | UVP__DATE);
    case 'S':
      UVP__FIELD(0, 61, tm->tm_sec, 0, 0);
    case 'U':
      UVP__FIELD(0, 53, date->week, 0, UVP__WEEK_OF_SUNDAY);
    case 'W':
      UVP__FIELD(0, 53, date->week, 0, UVP__WEEK_OF_MONDAY);
    case 'w':
      UVP__FIELD(0, 6, tm->tm_wday, 0, UVP__WEEKDAY);
    case 'g':
      UVP__FIELD(0, 99, value, 0, 0);
    case 'V':
      UVP__FIELD(0, 53, value, 0, 0);
  }

#undef UVP__FIELD
  return NULL;
}


/* Reads what a conversion stands for. */
static const char* uvp__convert(char conversion,
                                const char* text,
                                struct uvp__date* date) {
  struct tm* tm;
  int value;

  tm = date->tm;
  switch (conversion) {
    case '%':
      return *text == '%' ? text + 1 : NULL;

    case 'n':
    case 't':
      return uvp__skip_space(text);

    case 'A':
    case 'a':
      date->has |= UVP__WEEKDAY;
      return uvp__name(text, uvp__days, 7, &tm->tm_wday);

    case 'B':
    case 'b':
    case 'h':
      date->has |= UVP__MONTH | UVP__DATE;
      return uvp__name(text, uvp__months, 12, &tm->tm_mon);

    case 'G':
      if (!uvp__is_digit(*text))
        return NULL;
      while (uvp__is_digit(*text))
        text++;
      return text;

    case 'H':
    case 'k':
      date->has &= ~UVP__HOUR12;
      return uvp__number(text, 0, 23, &tm->tm_hour);

    case 'I':
    case 'l':
      date->has |= UVP__HOUR12;
      text = uvp__number(text, 1, 12, &value);
      if (text != NULL)
        tm->tm_hour = value % 12;
      return text;

    case 'p':
      return uvp__half_of_day(text, &date->is_pm);

    case 's':
      return uvp__seconds(text, tm);

    case 'u':
      date->has |= UVP__WEEKDAY;
      text = uvp__number(text, 1, 7, &value);
      if (text != NULL)
        tm->tm_wday = value % 7;
      return text;

    case 'Y':
      date->has &= ~UVP__YEAR_OF_CENTURY;
      date->has |= UVP__DATE;
      text = uvp__number(text, 0, 9999, &value);
      if (text != NULL)
        tm->tm_year = value - UVP__TM_YEAR_BASE;
      return text;

    case 'y':
      date->has |= UVP__YEAR_OF_CENTURY | UVP__DATE;
      text = uvp__number(text, 0, 99, &value);
      if (text != NULL)
        tm->tm_year = value >= 69 ? value : value + 100;
      return text;

    case 'Z':
      text = uvp__skip_space(text);
      while (*text != '\0' && !uvp__is_space(*text))
        text++;
      return text;

    case 'z':
      return uvp__offset(text, &tm->__tm_gmtoff);
  }

  return uvp__field(conversion, text, date);
}


static const char* uvp__parse(const char* text,
                              const char* format,
                              struct uvp__date* date) {
  const char* form;

  for (; *format != '\0'; format++) {
    if (uvp__is_space(*format)) {
      text = uvp__skip_space(text);
      continue;
    }

    if (*format != '%') {
      if (*text++ != *format)
        return NULL;

      continue;
    }

    /* Flags and widths of strftime() mean nothing here. */
    format++;
    format += strspn(format, "-_^#");
    format += strspn(format, "0123456789");

    /* The numbers and eras of other locales: that of C has none. */
    if (*format == 'E' || *format == 'O')
      format++;

    form = uvp__long_form(*format);
    if (form != NULL)
      text = uvp__parse(text, form, date);
    else
      text = uvp__convert(*format, text, date);

    if (text == NULL)
      return NULL;
  }

  return text;
}


char* strptime(const char* restrict text,
               const char* restrict format,
               struct tm* restrict tm) {
  struct uvp__date date;
  const char* rest;

  memset(&date, 0, sizeof(date));
  date.tm = tm;

  rest = uvp__parse(text, format, &date);
  if (rest != NULL)
    uvp__complete_date(&date);

  return (char*) rest;
}
