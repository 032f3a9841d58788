/* SPDX-License-Identifier: MIT */

/* Groups: those of /etc/group if a program has that file, or else the one that
 * it runs in.
 */

#include "../libc.h"
#include "databases.h"

#include <errno.h>
#include <grp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UVP__MEMBERS_MAX 256

static const char uvp__groups[] = "nogroup:x:65534:\n";

/* The results of the calls that are not reentrant. */
static struct group uvp__group;
static char uvp__group_texts[2 * UVP__LINE_MAX];

static FILE* uvp__all_groups;


static int uvp__is_group(char** fields, const char* name, const gid_t* gid) {
  if (name != NULL)
    return strcmp(fields[0], name) == 0;

  return gid == NULL || strtoul(fields[2], NULL, 10) == *gid;
}


/* Returns 0 or ERANGE. */
static int uvp__store_group(char** fields,
                            struct group* group,
                            char* buffer,
                            size_t size) {
  struct uvp__room room = { buffer, size };
  char* members[UVP__MEMBERS_MAX + 1];
  int n;

  n = uvp__items(fields[3], ",", members, UVP__MEMBERS_MAX);
  group->gr_mem = uvp__store_all(&room, members, n);
  group->gr_name = uvp__store(&room, fields[0]);
  group->gr_passwd = uvp__store(&room, fields[1]);
  group->gr_gid = strtoul(fields[2], NULL, 10);

  return group->gr_mem == NULL || group->gr_passwd == NULL ? ERANGE : 0;
}


/* Finds the next group in the file. Stores NULL if there is none. */
static int uvp__next_group(FILE* file,
                           const char* name,
                           const gid_t* gid,
                           struct group* group,
                           char* buffer,
                           size_t size,
                           struct group** result) {
  char line[UVP__LINE_MAX];
  char* fields[4];
  int err;

  *result = NULL;
  while (uvp__next_entry(file, line)) {
    if (!uvp__split(line, fields, 4) || !uvp__is_group(fields, name, gid))
      continue;

    err = uvp__store_group(fields, group, buffer, size);
    if (err == 0)
      *result = group;

    return err;
  }

  return 0;
}


static int uvp__find_group(const char* name,
                           const gid_t* gid,
                           struct group* group,
                           char* buffer,
                           size_t size,
                           struct group** result) {
  FILE* file;
  int err;

  *result = NULL;
  file = uvp__open_database("/etc/group", uvp__groups);
  if (file == NULL)
    return ENOMEM;

  err = uvp__next_group(file, name, gid, group, buffer, size, result);
  fclose(file);
  return err;
}


int getgrnam_r(const char* name,
               struct group* group,
               char* buffer,
               size_t size,
               struct group** result) {
  return uvp__find_group(name, NULL, group, buffer, size, result);
}


int getgrgid_r(gid_t gid,
               struct group* group,
               char* buffer,
               size_t size,
               struct group** result) {
  return uvp__find_group(NULL, &gid, group, buffer, size, result);
}


static struct group* uvp__find_static_group(const char* name,
                                            const gid_t* gid) {
  struct group* result;
  int err;

  err = uvp__find_group(name,
                        gid,
                        &uvp__group,
                        uvp__group_texts,
                        sizeof(uvp__group_texts),
                        &result);
  if (err)
    errno = err;

  return result;
}


struct group* getgrnam(const char* name) {
  return uvp__find_static_group(name, NULL);
}


struct group* getgrgid(gid_t gid) {
  return uvp__find_static_group(NULL, &gid);
}


void endgrent(void) {
  if (uvp__all_groups != NULL)
    fclose(uvp__all_groups);

  uvp__all_groups = NULL;
}


void setgrent(void) {
  endgrent();
}


struct group* fgetgrent(FILE* file) {
  struct group* result;

  uvp__next_group(file,
                  NULL,
                  NULL,
                  &uvp__group,
                  uvp__group_texts,
                  sizeof(uvp__group_texts),
                  &result);
  return result;
}


struct group* getgrent(void) {
  if (uvp__all_groups == NULL)
    uvp__all_groups = uvp__open_database("/etc/group", uvp__groups);

  return uvp__all_groups == NULL ? NULL : fgetgrent(uvp__all_groups);
}


/* The groups of a user: the given one, and those that have it as a member. */
int getgrouplist(const char* user, gid_t own, gid_t* groups, int* count) {
  struct group* group;
  char** member;
  int room;
  int n;

  room = *count;
  n = 0;
  if (n < room)
    groups[n] = own;
  n++;

  setgrent();
  while ((group = getgrent()) != NULL)
    for (member = group->gr_mem; *member != NULL; member++)
      if (strcmp(*member, user) == 0 && group->gr_gid != own) {
        if (n < room)
          groups[n] = group->gr_gid;
        n++;
      }

  endgrent();
  *count = n;
  return n > room ? -1 : n;
}


/* A program has one group, and cannot change that. */
int getgroups(int size, gid_t* groups) {
  if (size < 0)
    return uvp__fail(EINVAL);

  if (size > 0)
    groups[0] = getgid();

  return 1;
}


int setgroups(size_t count, const gid_t* groups) {
  return uvp__fail(EPERM);
}


int initgroups(const char* user, gid_t group) {
  return uvp__fail(EPERM);
}
