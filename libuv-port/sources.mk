# The files of libuv that are compiled for WebAssembly. These are not, because:
#
#   src/threadpool.c        needs threads; here work runs on the loop
#   src/unix/thread.c       needs threads; here locks are counters
#   src/unix/process.c      processes do not exist
#   src/unix/posix-hrtime.c the clock is the host's
#   src/unix/posix-poll.c   the host is told an interest once, like epoll
#   src/unix/random-*.c     random bytes come from WASI
#   src/unix/sysinfo-*.c, bsd-ifaddrs.c, procfs-exepath.c
#                           need /proc, sysinfo() or getifaddrs()
#   the files of other systems (aix, darwin, linux, os390, ...)

LIBUV_SHARED_SOURCES := $(addprefix src/, \
  fs-poll.c \
  idna.c \
  inet.c \
  random.c \
  strscpy.c \
  strtok.c \
  thread-common.c \
  timer.c \
  uv-common.c \
  uv-data-getter-setters.c \
  version.c)

# Newer versions of libuv may share more files between platforms.
LIBUV_SHARED_SOURCES += $(filter-out \
  $(LIBUV_SHARED_SOURCES) src/threadpool.c, \
  $(patsubst $(LIBUV_DIR)/%,%,$(wildcard $(LIBUV_DIR)/src/*.c)))

LIBUV_UNIX_SOURCES = $(addprefix src/unix/, \
  async.c \
  core.c \
  dl.c \
  fs.c \
  getaddrinfo.c \
  getnameinfo.c \
  loop.c \
  loop-watcher.c \
  pipe.c \
  poll.c \
  stream.c \
  tcp.c \
  udp.c)

# The port's udp.c includes libuv's udp.c, its timers.c includes timer.c.
LIBUV_SOURCES = $(filter-out src/timer.c, $(LIBUV_SHARED_SOURCES)) \
  $(filter-out src/unix/udp.c, $(LIBUV_UNIX_SOURCES)) \
  $(addprefix src/unix/, no-fsevents.c no-proctitle.c)

# The platform layer for WebAssembly, which replaces the files missing above.
PORT_SOURCES = $(addprefix libuv-port/src/, \
  abort.c \
  addrinfo.c \
  blocking.c \
  byte-strings.c \
  bytes.c \
  descriptors.c \
  detach.c \
  emscripten.c \
  interfaces.c \
  memory.c \
  messages.c \
  resolver.c \
  no-control.c \
  no-files.c \
  no-lookups.c \
  no-signals.c \
  no-terminals.c \
  park.c \
  unix-names.c \
  sockets.c \
  sysinfo.c \
  thread.c \
  threadpool.c \
  timers.c \
  udp.c \
  unsupported.c \
  wait.c \
  wasm.c)

# Programs use files, lookups of names, signals that they send to themselves,
# and pass descriptors; the library for TypeScript needs none of them.
NO_PROGRAM_SOURCES = $(addprefix libuv-port/src/, \
  no-control.c \
  no-files.c \
  no-lookups.c \
  no-signals.c \
  no-terminals.c)
NO_PROGRAM_LIBUV_SOURCES = $(addprefix src/unix/, no-fsevents.c no-proctitle.c)
PROGRAM_LIBUV_SOURCES = $(addprefix src/unix/, proctitle.c signal.c tty.c)
PROGRAM_SOURCES = $(addprefix libuv-port/src/, \
  attributes.c \
  control.c \
  files.c \
  fs-event.c \
  directories.c \
  lookups.c \
  paths.c \
  pump.c \
  signal-handles.c \
  stdio/calls.c \
  stdio/stderr.c \
  stdio/stdin.c \
  stdio/stdout.c \
  terminals.c \
  title.c \
  users.c \
  posix/absent.c \
  posix/advice.c \
  posix/bsd.c \
  posix/clocks.c \
  posix/databases.c \
  posix/events.c \
  posix/exepath.c \
  posix/gai-strerror.c \
  posix/strerror.c \
  posix/group.c \
  posix/hostent.c \
  posix/hosts.c \
  posix/identity.c \
  posix/ifaddrs.c \
  posix/inotify.c \
  posix/limits.c \
  posix/locks.c \
  posix/malloc.c \
  posix/mmap.c \
  posix/passwd.c \
  posix/prctl.c \
  posix/processes.c \
  posix/report-absent.c \
  posix/resolv.c \
  posix/select.c \
  posix/services.c \
  posix/statfs.c \
  posix/uname.c \
  posix/stack-protector.c \
  posix/transfer.c \
  posix/waits.c \
  signals/alarms.c \
  signals/arrived.c \
  signals/signal-actions.c \
  signals/signal-masks.c \
  signals/signal-sends.c \
  signals/signal-waits.c \
  signals/signal-xsi.c \
  signals/signals.c \
  threads/attributes.c \
  threads/barrier.c \
  threads/cond.c \
  threads/emscripten.c \
  threads/mutex.c \
  threads/rwlock.c \
  threads/semaphore.c \
  threads/thread.c \
  threads/wait.c)

# libuv for Linux, for comparison.
NATIVE_SOURCES = $(LIBUV_SHARED_SOURCES) $(LIBUV_UNIX_SOURCES) \
  src/threadpool.c \
  $(addprefix src/unix/, \
  linux.c \
  process.c \
  procfs-exepath.c \
  proctitle.c \
  random-devurandom.c \
  random-getrandom.c \
  random-sysctl-linux.c \
  signal.c \
  thread.c \
  tty.c)
