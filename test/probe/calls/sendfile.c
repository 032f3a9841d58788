/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>


PROBE(sendfile) {
  char bytes[16] = "";
  off_t offset;
  int pipes[2];
  int fds[2];
  int out;
  int in;

  tcp_pair(fds);
  in = opened("file", "abcdefgh");
  say("to a socket", sendfile(fds[0], in, NULL, 3));
  say("moves the file's offset", lseek(in, 0, SEEK_CUR));
  offset = 4;
  say("from an offset", sendfile(fds[0], in, &offset, 100));
  say("which is changed", offset);
  say("the file's is not", lseek(in, 0, SEEK_CUR));
  say("arrives", recv(fds[1], bytes, 7, MSG_WAITALL));
  text("is", bytes);
  out = opened("copy", "");
  say("to a file", sendfile(out, in, NULL, 100));
  content("is", "copy");
  if (pipe(pipes) != 0)
    failed("pipe()");
  offset = 0;
  say("to a pipe", sendfile(pipes[1], in, &offset, 2));
  say("from a socket", sendfile(fds[0], fds[1], NULL, 2));
  offset = -1;
  say("a negative offset", sendfile(fds[0], in, &offset, 2));
  say("not open", sendfile(1000, in, NULL, 2));
}
