/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>


PROBE(fopen) {
  FILE* file;
  char line[16];

  file = fopen("file", "w");
  yes("to write", file != NULL);
  say("a line", fprintf(file, "one\n%d\n", 2));
  say("cannot be read", fgetc(file));
  say("closed", fclose(file));
  file = fopen("file", "a+");
  fputs("three\n", file);
  rewind(file);
  while (fgets(line, sizeof(line), file) != NULL)
    say("line", strlen(line));
  yes("the end", feof(file));
  say("new, but there", fopen("file", "wx") == NULL ? -1 : 0);
  say("absent", fopen("none", "r") == NULL ? -1 : 0);
  say("a directory to write", fopen(".", "w") == NULL ? -1 : 0);
  file = fopen(".", "r");
  yes("to read", file != NULL);
  say("fails", fgetc(file));
  say("a wrong mode", fopen("file", "?") == NULL ? -1 : 0);
}


PROBE(freopen) {
  int fd;

  fd = fileno(stdout);
  yes("a file", freopen("file", "w", stdout) == stdout);
  say("its number", fileno(stdout));
  say("as before", fileno(stdout) - fd);
  printf("into the file\n");
  say("flushed", fflush(stdout));
  content("then", "file");
  say("absent", freopen("none/below", "r", stdin) == NULL ? -1 : 0);
}


PROBE(fdopen) {
  FILE* file;
  char line[16];
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  write(fds[1], "line\n", 5);
  file = fdopen(fds[0], "r");
  yes("a pipe", file != NULL);
  text("a line", fgets(line, sizeof(line), file));
  yes("the same number", fileno(file) == fds[0]);
  say("closed", fclose(file));
  say("with its number", fcntl(fds[0], F_GETFD));
  say("a wrong mode", fdopen(fds[1], "?") == NULL ? -1 : 0);
}


PROBE(fclose) {
  say("standard input", fclose(stdin));
  say("its number is free", open(".", O_RDONLY));
  say("standard output", fclose(stdout));
  say("its number", fcntl(1, F_GETFD));
  say("then it is free", dup(0));
}


PROBE(setvbuf) {
  FILE* file;

  file = fopen("file", "w");
  say("to the end of a line", setvbuf(file, NULL, _IOLBF, 64));
  fputs("one\ntwo", file);
  content("is there", "file");
  fflush(file);
  content("flushed", "file");
  file = fopen("file", "w");
  say("at once", setvbuf(file, NULL, _IONBF, 0));
  fputs("a", file);
  content("is there", "file");
  file = fopen("file", "w");
  fputs("one\ntwo\n", file);
  content("a file by default", "file");
}


PROBE(ungetc) {
  FILE* file;

  put("file", "abcdef");
  file = fopen("file", "r+");
  say("a character", fgetc(file));
  say("put back", ungetc('z', file));
  say("the place", ftell(file));
  say("is read again", fgetc(file));
  say("from the end", fseek(file, -2, SEEK_END));
  say("is", fgetc(file));
  say("before the start", fseek(file, -100, SEEK_CUR));
  say("an unknown way", fseek(file, 0, 99));
}


PROBE(isatty) {
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", isatty(fds[0]));
  say("error", -1);
  say("a file", isatty(opened("file", "")));
  say("error", -1);
  say("a socket", isatty(socket(AF_INET, SOCK_STREAM, 0)));
  say("standard input", isatty(0));
  say("not open", isatty(1000));
  say("error", -1);
}


PROBE(tcgetattr) {
  struct termios attributes;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", tcgetattr(fds[0], &attributes));
  say("a file", tcgetattr(opened("file", ""), &attributes));
  say("not open", tcgetattr(1000, &attributes));
}


PROBE(tcsetattr) {
  struct termios attributes;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  memset(&attributes, 0, sizeof(attributes));
  say("a pipe", tcsetattr(fds[0], TCSANOW, &attributes));
  say("an unknown action", tcsetattr(fds[0], 99, &attributes));
  say("not open", tcsetattr(1000, TCSANOW, &attributes));
}


PROBE(ioctl_TIOCGWINSZ) {
  struct winsize size;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", ioctl(fds[0], TIOCGWINSZ, &size));
  say("a file", ioctl(opened("file", ""), TIOCGWINSZ, &size));
  say("a socket", ioctl(socket(AF_INET, SOCK_STREAM, 0), TIOCGWINSZ, &size));
  say("not open", ioctl(1000, TIOCGWINSZ, &size));
}


PROBE(printf__m) {
  char buffer[64];

  errno = ENOENT;
  snprintf(buffer, sizeof(buffer), "%d: %m.", 1);
  text("a text", buffer);
  say("errno is kept", errno == ENOENT);
  snprintf(buffer, sizeof(buffer), "[%30m]");
  text("a width", buffer);
  snprintf(buffer, sizeof(buffer), "[%-30.7m]%s", "next");
  text("a precision, and another", buffer);
  snprintf(buffer, sizeof(buffer), "%%m %s %.1f", "%m", 1.5);
  text("none", buffer);
  errno = 0;
  say("without an error", snprintf(buffer, sizeof(buffer), "%m"));
  errno = EACCES;
  say("cut", snprintf(buffer, 5, "%m"));
  text("to", buffer);
  say("to a descriptor", dprintf(2, "printed: %m\n"));
}
