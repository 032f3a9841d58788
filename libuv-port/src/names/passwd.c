/* SPDX-License-Identifier: MIT */

/* Users: those of /etc/passwd if a program has that file, or else the one that
 * it runs as.
 */

#include "databases.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char uvp__users[] =
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";

/* The results of the calls that are not reentrant. */
static struct passwd uvp__user;
static char uvp__user_texts[UVP__LINE_MAX];

static FILE* uvp__all_users;


/* Whether an entry is the wanted one: of a name, or if that is NULL of a number,
 * or any if that is NULL too.
 */
static int uvp__is_user(char** fields, const char* name, const uid_t* uid) {
  if (name != NULL)
    return strcmp(fields[0], name) == 0;

  return uid == NULL || strtoul(fields[2], NULL, 10) == *uid;
}


/* Returns 0 or ERANGE. */
static int uvp__store_user(char** fields,
                           struct passwd* user,
                           char* buffer,
                           size_t size) {
  struct uvp__room room = { buffer, size };

  user->pw_name = uvp__store(&room, fields[0]);
  user->pw_passwd = uvp__store(&room, fields[1]);
  user->pw_uid = strtoul(fields[2], NULL, 10);
  user->pw_gid = strtoul(fields[3], NULL, 10);
  user->pw_gecos = uvp__store(&room, fields[4]);
  user->pw_dir = uvp__store(&room, fields[5]);
  user->pw_shell = uvp__store(&room, fields[6]);

  return user->pw_shell == NULL ? ERANGE : 0;
}


/* Finds the next user in the file. Stores NULL if there is none. */
static int uvp__next_user(FILE* file,
                          const char* name,
                          const uid_t* uid,
                          struct passwd* user,
                          char* buffer,
                          size_t size,
                          struct passwd** result) {
  char line[UVP__LINE_MAX];
  char* fields[7];
  int err;

  *result = NULL;
  while (uvp__next_entry(file, line)) {
    if (!uvp__split(line, fields, 7) || !uvp__is_user(fields, name, uid))
      continue;

    err = uvp__store_user(fields, user, buffer, size);
    if (err == 0)
      *result = user;

    return err;
  }

  return 0;
}


static int uvp__find_user(const char* name,
                          const uid_t* uid,
                          struct passwd* user,
                          char* buffer,
                          size_t size,
                          struct passwd** result) {
  FILE* file;
  int err;

  *result = NULL;
  file = uvp__open_database("/etc/passwd", uvp__users);
  if (file == NULL)
    return ENOMEM;

  err = uvp__next_user(file, name, uid, user, buffer, size, result);
  fclose(file);
  return err;
}


int getpwnam_r(const char* name,
               struct passwd* user,
               char* buffer,
               size_t size,
               struct passwd** result) {
  return uvp__find_user(name, NULL, user, buffer, size, result);
}


int getpwuid_r(uid_t uid,
               struct passwd* user,
               char* buffer,
               size_t size,
               struct passwd** result) {
  return uvp__find_user(NULL, &uid, user, buffer, size, result);
}


static struct passwd* uvp__find_static_user(const char* name,
                                            const uid_t* uid) {
  struct passwd* result;
  int err;

  err = uvp__find_user(name,
                       uid,
                       &uvp__user,
                       uvp__user_texts,
                       sizeof(uvp__user_texts),
                       &result);
  if (err)
    errno = err;

  return result;
}


struct passwd* getpwnam(const char* name) {
  return uvp__find_static_user(name, NULL);
}


struct passwd* getpwuid(uid_t uid) {
  return uvp__find_static_user(NULL, &uid);
}


void endpwent(void) {
  if (uvp__all_users != NULL)
    fclose(uvp__all_users);

  uvp__all_users = NULL;
}


void setpwent(void) {
  endpwent();
}


struct passwd* fgetpwent(FILE* file) {
  struct passwd* result;

  uvp__next_user(file,
                 NULL,
                 NULL,
                 &uvp__user,
                 uvp__user_texts,
                 sizeof(uvp__user_texts),
                 &result);
  return result;
}


struct passwd* getpwent(void) {
  if (uvp__all_users == NULL)
    uvp__all_users = uvp__open_database("/etc/passwd", uvp__users);

  return uvp__all_users == NULL ? NULL : fgetpwent(uvp__all_users);
}


/* The name of a login is that of the user, as there are no terminals. */
int getlogin_r(char* name, size_t size) {
  struct passwd* user;

  user = getpwuid(getuid());
  if (user == NULL)
    return ENXIO;

  if (strlen(user->pw_name) >= size)
    return ERANGE;

  strcpy(name, user->pw_name);
  return 0;
}
