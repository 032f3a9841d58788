/* SPDX-License-Identifier: MIT */

/* What libuv tells about the system. */

#include "probe.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>


/* Reports the text that a call has written, and what it does without room. */
#define TEXT_OF(call)                                                         \
  do {                                                                        \
    char buffer[1024] = "";                                                   \
    size_t size;                                                              \
    size = sizeof(buffer);                                                    \
    status("has one", call(buffer, &size));                                   \
    yes("of its length", size == strlen(buffer) && size > 0);                 \
    size = 1;                                                                 \
    status("no room", call(buffer, &size));                                   \
  } while (0)


PROBE(uv_exepath) {
  char path[1024];
  size_t size;

  size = sizeof(path);
  status("a path", uv_exepath(path, &size));
  yes("absolute", path[0] == '/');
  size = 2;
  status("no room", uv_exepath(path, &size));
  say("its part", size);
  size = 0;
  status("no bytes", uv_exepath(path, &size));
}


PROBE(uv_os_get_passwd) {
  uv_passwd_t user;

  status("its own", uv_os_get_passwd(&user));
  yes("its number", user.uid == (long) getuid());
  yes("a name", user.username != NULL && user.username[0] != '\0');
  yes("a home", user.homedir != NULL && user.homedir[0] == '/');
  uv_os_free_passwd(&user);
}


PROBE(uv_os_homedir) {
  TEXT_OF(uv_os_homedir);
  uv_os_unsetenv("HOME");
  TEXT_OF(uv_os_homedir);
}


PROBE(uv_os_gethostname) {
  TEXT_OF(uv_os_gethostname);
}


PROBE(uv_os_uname) {
  uv_utsname_t name;

  status("the system", uv_os_uname(&name));
  yes("has a name", name.sysname[0] != '\0');
  yes("a release", name.release[0] != '\0');
  yes("a machine", name.machine[0] != '\0');
}


PROBE(uv_os_getpriority) {
  int priority;

  status("its own", uv_os_getpriority(0, &priority));
  status("an unknown process", uv_os_getpriority(99999999, &priority));
  status("unchanged", uv_os_setpriority(0, priority));
}


PROBE(uv_interface_addresses) {
  uv_interface_address_t* all;
  int count;
  int four;
  int i;

  four = 0;
  status("all", uv_interface_addresses(&all, &count));
  for (i = 0; i < count; i++)
    if (strcmp(all[i].name, "lo") == 0 &&
        all[i].address.address4.sin_family == AF_INET)
      four += all[i].is_internal;
  say("lo with IPv4", four);
  uv_free_interface_addresses(all, count);
}


PROBE(uv_fs_statfs) {
  uv_fs_t req;

  status("here", uv_fs_statfs(NULL, &req, ".", NULL));
  yes("block size", req.ptr != NULL && ((uv_statfs_t*) req.ptr)->f_bsize > 0);
  uv_fs_req_cleanup(&req);
  status("absent", uv_fs_statfs(NULL, &req, "none", NULL));
  uv_fs_req_cleanup(&req);
}


PROBE(uv_guess_handle) {
  int fds[2];

#define TYPE_OF(what, fd) text(what, uv_handle_type_name(uv_guess_handle(fd)))
  TYPE_OF("a file", opened("file", ""));
  TYPE_OF("TCP", socket(AF_INET, SOCK_STREAM, 0));
  TYPE_OF("UDP", socket(AF_INET, SOCK_DGRAM, 0));
  TYPE_OF("AF_UNIX", socket(AF_UNIX, SOCK_STREAM, 0));
  if (pipe(fds) != 0)
    failed("pipe()");
  TYPE_OF("a pipe", fds[0]);
  TYPE_OF("not open", 1000);
  TYPE_OF("-1", -1);
}


PROBE(uv_set_process_title) {
  char title[64] = "";

  status("set", uv_set_process_title("probed"));
  status("asked", uv_get_process_title(title, sizeof(title)));
  text("is", title);
  status("no room", uv_get_process_title(title, 2));
}


PROBE(uv_resident_set_memory) {
  size_t size;

  size = 0;
  status("asked", uv_resident_set_memory(&size));
  yes("some", size > 0);
}


PROBE(uv_cpu_info) {
  uv_cpu_info_t* infos;
  int count;

  count = 0;
  status("all", uv_cpu_info(&infos, &count));
  yes("some", count > 0);
  yes("parallelism", uv_available_parallelism() > 0);
}


PROBE(uv_uptime) {
  double seconds;

  seconds = 0;
  status("asked", uv_uptime(&seconds));
  yes("some", seconds > 0);
}


PROBE(uv_get_total_memory) {
  yes("total", uv_get_total_memory() > 0);
  yes("free is some of it", uv_get_free_memory() <= uv_get_total_memory());
}
