/* What a program finds out about its standard streams, and does with them. The
 * argument names what; test/cli/streams.test.ts runs it natively too.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

static char block[65536];


static const char* name_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFIFO:
      return "pipe";
    case S_IFSOCK:
      return "socket";
    case S_IFCHR:
      return "device";
    default:
      return "?";
  }
}


static int access_of(int flags) {
  if ((flags & O_ACCMODE) == O_RDONLY)
    return 0;

  return (flags & O_ACCMODE) == O_WRONLY ? 1 : 2;
}


static int kinds(void) {
  struct stat st;
  int flags;
  int fd;

  for (fd = 0; fd < 3; fd++) {
    if (fstat(fd, &st))
      return 1;

    flags = fcntl(fd, F_GETFL);
    fprintf(stderr,
            "%d: %s, %d bytes, mode %o, access %d, append %d, ",
            fd,
            name_of(st.st_mode),
            S_ISREG(st.st_mode) ? (int) st.st_size : 0,
            st.st_mode & 0777,
            access_of(flags),
            !!(flags & O_APPEND));
    fprintf(stderr,
            "isatty %d, seekable %d, handle %s\n",
            isatty(fd),
            lseek(fd, 0, SEEK_CUR) >= 0,
            uv_handle_type_name(uv_guess_handle(fd)) == NULL
                ? "none"
                : uv_handle_type_name(uv_guess_handle(fd)));
  }

  return 0;
}


static int take(int count) {
  ssize_t n;

  n = read(0, block, count);
  if (n < 0)
    fprintf(stderr, "read: %s\n", strerror(errno));
  else
    fprintf(stderr, "took %d: %.*s\n", (int) n, (int) n, block);

  return 0;
}


static int take_line(void) {
  if (fgets(block, sizeof(block), stdin) != NULL)
    fprintf(stderr, "line: %s", block);

  return 0;
}


static int seek(void) {
  lseek(0, 4, SEEK_SET);
  take(3);
  lseek(0, -6, SEEK_END);
  take(3);
  fprintf(stderr, "%d\n", (int) lseek(0, 0, SEEK_CUR));
  return 0;
}


static int watch(void) {
  struct pollfd p = { 0, POLLIN, 0 };
  int fd;
  int n;

  fprintf(stderr, "at once %d\n", poll(&p, 1, 0));
  fd = fcntl(0, F_SETFL, O_NONBLOCK);
  n = read(0, block, 1);
  fprintf(stderr, "%d read %d %s\n", fd, n, n < 0 ? strerror(errno) : "");

  for (;;) {
    if (poll(&p, 1, -1) != 1)
      return 1;

    n = read(0, block, 4);
    if (n <= 0)
      return n == 0 ? 0 : 2;

    fprintf(stderr, "[%.*s]", n, block);
  }
}


static void say(const char* what, long r) {
  if (r < 0)
    fprintf(stderr, "%s %s\n", what, strerror(errno));
  else
    fprintf(stderr, "%s %ld\n", what, r);
}


/* A stream that is a file, away from its position. */
static int at_offsets(int fd) {
  char* map;
  int left;

  memset(block, 0, 100);
  left = -1;
  say("pwrite", pwrite(fd, "PW", 2, 1));
  say("pread", pread(fd, block, 5, 2));
  fprintf(stderr, "[%s]\n", block);
  say("position", lseek(fd, 0, SEEK_CUR));
  say("waiting", ioctl(fd, FIONREAD, &left));
  fprintf(stderr, "%d left\n", left);
  say("truncate", ftruncate(fd, 20));
  say("end", lseek(fd, 0, SEEK_END));
  say("sync", fsync(fd));
  say("data", fdatasync(fd));
  map = mmap(NULL, 4, PROT_READ, MAP_PRIVATE, fd, 0);
  fprintf(stderr, "mapped %.4s\n", map == MAP_FAILED ? "none" : map);
  say("append", fcntl(fd, F_SETFL, O_APPEND));
  say("back", lseek(fd, 0, SEEK_SET));
  say("write", write(fd, "END", 3));
  say("position", lseek(fd, 0, SEEK_CUR));
  return 0;
}


/* Writes until an error, with SIGPIPE as it is or ignored. */
static int fill(int fd, int ignored) {
  int i;

  memset(block, 'x', sizeof(block));
  if (ignored)
    signal(SIGPIPE, SIG_IGN);

  for (i = 0; i < 100; i++)
    if (write(fd, block, sizeof(block)) < 0) {
      fprintf(fd == 2 ? stdout : stderr, "%s\n", strerror(errno));
      return 42;
    }

  return 0;
}


static int print(int lines) {
  int i;

  for (i = 0; i < lines; i++)
    if (printf("line %d\n", i) < 0)
      return 8;

  if (fflush(stdout) == 0)
    return 0;

  fprintf(stderr, "fflush: %s\n", strerror(errno));
  return 9;
}


static int is(const char* what, const char* word) {
  return strcmp(what, word) == 0;
}


static int terminal(void) {
  struct winsize size = { 0 };
  struct termios saved;
  struct termios term;
  int r;

  r = ioctl(1, TIOCGWINSZ, &size);
  printf("%d, %d by %d\n", r, size.ws_col, size.ws_row);
  r = tcgetattr(0, &saved);
  printf("%d, echo %d\n", r, !!(saved.c_lflag & ECHO));
  if (r != 0)
    printf("%s\n", errno == ENOTTY ? "ENOTTY" : strerror(errno));
  if (r != 0)
    return 5;

  term = saved;
  term.c_lflag &= ~(ECHO | ICANON);
  term.c_cc[VMIN] = 1;
  printf("%d\n", tcsetattr(0, TCSAFLUSH, &term));
  tcgetattr(0, &term);
  printf("echo %d, ready\n", !!(term.c_lflag & ECHO));
  fflush(stdout);
  r = read(0, block, 10);
  printf("key %.*s\n", r, block);
  tcsetattr(0, TCSANOW, &saved);
  return 6;
}


int main(int argc, char** argv) {
  const char* what;
  int number;

  what = argc > 1 ? argv[1] : "";
  number = argc > 2 ? atoi(argv[2]) : 0;

  if (is(what, "kinds"))
    return kinds();
  if (is(what, "take"))
    return take(number);
  if (is(what, "line"))
    return take_line();
  if (is(what, "seek"))
    return seek();
  if (is(what, "at-offsets"))
    return at_offsets(number);
  if (is(what, "watch"))
    return watch();
  if (is(what, "fill"))
    return fill(number, 0);
  if (is(what, "fill-ignoring"))
    return fill(number, 1);
  if (is(what, "print"))
    return print(number);
  if (is(what, "terminal"))
    return terminal();

  return 99;
}
