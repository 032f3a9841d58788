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
  sockets/addrinfo.c \
  sockets/blocking.c \
  byte-strings.c \
  sockets/bytes.c \
  files/descriptors.c \
  loop/detach.c \
  emscripten.c \
  sockets/interfaces.c \
  memory.c \
  sockets/messages.c \
  sockets/resolver.c \
  sockets/no-control.c \
  files/no-files.c \
  sockets/no-lookups.c \
  signals/no-signals.c \
  stdio/no-terminals.c \
  loop/park.c \
  sockets/unix-names.c \
  sockets/sockets.c \
  sysinfo.c \
  loop/thread.c \
  loop/threadpool.c \
  loop/timers.c \
  sockets/udp.c \
  unsupported.c \
  sockets/wait.c \
  loop/wasm.c)

# Programs use files, lookups of names, signals that they send to themselves,
# and pass descriptors; the library for TypeScript needs none of them.
NO_PROGRAM_SOURCES = $(addprefix libuv-port/src/, \
  sockets/no-control.c \
  files/no-files.c \
  sockets/no-lookups.c \
  signals/no-signals.c \
  stdio/no-terminals.c)
NO_PROGRAM_LIBUV_SOURCES = $(addprefix src/unix/, no-fsevents.c no-proctitle.c)
PROGRAM_LIBUV_SOURCES = $(addprefix src/unix/, proctitle.c signal.c tty.c)
PROGRAM_SOURCES = $(addprefix libuv-port/src/, \
  files/attributes.c \
  sockets/control.c \
  files/files.c \
  loop/fs-event.c \
  files/directories.c \
  sockets/lookups.c \
  files/paths.c \
  loop/pump.c \
  loop/signal-handles.c \
  stdio/calls.c \
  stdio/printf-error.c \
  stdio/stderr.c \
  stdio/stdin.c \
  stdio/stdout.c \
  stdio/terminals.c \
  loop/title.c \
  users.c \
  posix/absent.c \
  files/advice.c \
  files/close-range.c \
  posix/bsd.c \
  posix/clocks.c \
  names/databases.c \
  posix/dates.c \
  posix/events.c \
  posix/exepath.c \
  names/gai-strerror.c \
  posix/strerror.c \
  posix/strptime.c \
  names/group.c \
  names/hostent.c \
  names/hosts.c \
  posix/identity.c \
  names/ifaddrs.c \
  files/inotify.c \
  posix/limits.c \
  files/locks.c \
  posix/malloc.c \
  files/mmap.c \
  names/passwd.c \
  posix/prctl.c \
  posix/processes.c \
  posix/report-absent.c \
  names/resolv.c \
  posix/select.c \
  names/services.c \
  files/statfs.c \
  files/statx.c \
  names/uname.c \
  posix/stack-protector.c \
  files/transfer.c \
  files/walk.c \
  posix/waits.c \
  signals/alarms.c \
  signals/arrived.c \
  signals/signal-actions.c \
  signals/signal-masks.c \
  signals/signal-sends.c \
  signals/signal-waits.c \
  signals/signal-xsi.c \
  signals/signals.c \
  signals/timers.c \
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
