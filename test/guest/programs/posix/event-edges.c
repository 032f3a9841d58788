/* SPDX-License-Identifier: MIT */

/* epoll, eventfd, timerfd and pipes at their limits: what is refused, and in
 * which order it is checked.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SAY(call) say(#call, (call))


static void say(const char* what, long r) {
  int err;

  err = errno;
  if (r >= 0)
    printf("%s: %ld\n", what, r);
  else if (err == EPERM || err == EINVAL || err == ESPIPE || err == EFBIG)
    printf("%s: %s\n",
           what,
           err == EPERM    ? "EPERM"
           : err == EINVAL ? "EINVAL"
           : err == ESPIPE ? "ESPIPE"
                           : "EFBIG");
  else
    printf("%s: %s\n", what, strerror(err));
}


static void watch(void) {
  struct epoll_event event = { .events = EPOLLIN };
  struct epoll_event out[4];
  int file;
  volatile int max;
  int ends[2];
  int e;

  e = epoll_create1(0);
  file = open("/dev/null", O_RDWR);
  SAY(pipe(ends));

  /* What cannot be watched is refused first, whatever is asked. */
  SAY(epoll_ctl(e, EPOLL_CTL_ADD, file, &event));
  SAY(epoll_ctl(e, EPOLL_CTL_MOD, file, &event));
  SAY(epoll_ctl(e, EPOLL_CTL_DEL, file, NULL));
  SAY(epoll_ctl(e, 99, file, &event));
  SAY(epoll_ctl(e, EPOLL_CTL_MOD, e, &event));
  SAY(epoll_ctl(e, EPOLL_CTL_ADD, ends[0], &event));
  event.events = EPOLLIN | EPOLLEXCLUSIVE;
  SAY(epoll_ctl(e, EPOLL_CTL_MOD, ends[0], &event));
  max = INT_MAX;
  SAY(epoll_wait(e, out, max, 0));
  SAY(lseek(file, 100, SEEK_SET));
  SAY(fsync(file));
  close(file);

  signal(SIGPIPE, SIG_IGN);
  close(ends[0]);
  SAY(write(ends[1], "", 0));
  SAY(write(ends[1], "x", 1));
}


static void describe(const char* what, int fd) {
  struct stat st;

  say(what, fstat(fd, &st));
  printf("mode %o, size %d\n", (unsigned) st.st_mode, (int) st.st_size);
  SAY(lseek(fd, 5, SEEK_SET));
  SAY(lseek(fd, 0, SEEK_CUR));
  SAY(pread(fd, &st, 8, 0));
}


static void count(void) {
  uint64_t pair[2] = { 1, 1 };
  int fd;

  fd = eventfd(0, EFD_NONBLOCK);
  describe("eventfd", fd);
  SAY(write(fd, pair, 16));
  SAY(write(fd, pair, 7));
  SAY(read(fd, pair, 8));
}


static int passed(clockid_t clock, const struct timespec* since) {
  struct timespec now;

  clock_gettime(clock, &now);
  return (now.tv_sec - since->tv_sec) * 1000 +
         (now.tv_nsec - since->tv_nsec) / 1000000;
}


/* At a time of the clock on the wall, which is long after its beginning. */
static void ring(void) {
  struct itimerspec setting = { 0 };
  struct timespec now;
  uint64_t times;
  int fd;

  fd = timerfd_create(CLOCK_REALTIME, 0);
  describe("timerfd", fd);
  clock_gettime(CLOCK_REALTIME, &now);
  setting.it_value = now;
  setting.it_value.tv_nsec += 20000000;
  if (setting.it_value.tv_nsec >= 1000000000) {
    setting.it_value.tv_sec++;
    setting.it_value.tv_nsec -= 1000000000;
  }

  SAY(timerfd_settime(fd, TFD_TIMER_ABSTIME, &setting, NULL));
  SAY(read(fd, &times, sizeof(times)));
  printf("not before %d\n", passed(CLOCK_REALTIME, &now) >= 19);

  setting.it_value.tv_sec = setting.it_value.tv_nsec = 0;
  setting.it_interval.tv_nsec = 5;
  SAY(timerfd_settime(fd, 0, &setting, NULL));
  memset(&setting, 0, sizeof(setting));
  SAY(timerfd_gettime(fd, &setting));
  printf("disarmed, with an interval of %ld\n", setting.it_interval.tv_nsec);

  setting.it_value.tv_sec = 200 * 24 * 3600;
  SAY(timerfd_settime(fd, 0, &setting, NULL));
  SAY(timerfd_gettime(fd, &setting));
  printf("%d days\n", (int) (setting.it_value.tv_sec / 3600 + 1) / 24);
}


int main(void) {
  watch();
  count();
  ring();
  SAY(truncate("/tmp", -1));
  SAY(unlinkat(AT_FDCWD, "/tmp", 12345));
  return 0;
}
