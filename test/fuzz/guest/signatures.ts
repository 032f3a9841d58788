/**
 * The functions that a guest may import, as C declares them: a letter for each parameter, and after a colon one for the
 * result. `i` is `i32`, `I` is `i64`, `d` is `f64`. Written independently of the implementation, which is under test.
 *
 * @see libuv-port/include/uv_host.h, libuv-port/include/uv_pump.h
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import type { UvHost } from '../../../src/abi/uv-host.js'

const UV_HOST = {
  socket: 'iii:i',
  socketpair: 'iiii:i',
  pipe: 'ii:i',
  close: 'i:i',
  bind: 'iii:i',
  listen: 'ii:i',
  accept: 'iiii:i',
  connect: 'iii:i',
  getsockname: 'iii:i',
  getpeername: 'iii:i',
  getsockopt: 'iiiii:i',
  setsockopt: 'iiiii:i',
  fcntl: 'iii:i',
  dup: 'iii:i',
  epoll_create: 'i:i',
  epoll_ctl: 'iiii:i',
  epoll_wait: 'iii:i',
  eventfd: 'ii:i',
  timerfd_create: 'ii:i',
  timerfd_settime: 'iiii:i',
  timerfd_gettime: 'ii:i',
  readv: 'iiii:i',
  writev: 'iiii:i',
  recvfrom: 'iiiiii:i',
  sendto: 'iiiiii:i',
  shutdown: 'ii:i',
  poll_ctl: 'ii:i',
  poll_wait: 'iii:i',
  poll: 'iii:i',
  unlink: 'ii:i',
  chmod: 'iii:i',
  stat: 'ii:i',
  lookup: 'iii:i',
  reverse: 'ii:i',
  interface_index: 'ii:i',
  terminal: 'iii:i',
  signals: 'iii:i',
  alarm: 'dd:i',
  timer: 'iidd:i',
  clock: ':d',
  absent: 'ii:i',
  chdir: 'ii:i',
  fchdir: 'i:i',
  getcwd: 'ii:i',
  statfs: 'iiii:i',
  sendmsg: 'iii:i',
  recvmsg: 'iii:i',
  inotify_init: 'i:i',
  inotify_add_watch: 'iiii:i',
  inotify_rm_watch: 'ii:i',
  flock: 'ii:i',
  descriptor_limit: 'i:i',
  map: 'idii:i',
} as const satisfies Record<keyof UvHost, string>

const PREVIEW1 = {
  args_get: 'ii:i',
  args_sizes_get: 'ii:i',
  environ_get: 'ii:i',
  environ_sizes_get: 'ii:i',
  clock_res_get: 'ii:i',
  clock_time_get: 'iIi:i',
  fd_advise: 'iIIi:i',
  fd_allocate: 'iII:i',
  fd_close: 'i:i',
  fd_datasync: 'i:i',
  fd_fdstat_get: 'ii:i',
  fd_fdstat_set_flags: 'ii:i',
  fd_fdstat_set_rights: 'iII:i',
  fd_filestat_get: 'ii:i',
  fd_filestat_set_size: 'iI:i',
  fd_filestat_set_times: 'iIIi:i',
  fd_pread: 'iiiIi:i',
  fd_prestat_get: 'ii:i',
  fd_prestat_dir_name: 'iii:i',
  fd_pwrite: 'iiiIi:i',
  fd_read: 'iiii:i',
  fd_readdir: 'iiiIi:i',
  fd_renumber: 'ii:i',
  fd_seek: 'iIii:i',
  fd_sync: 'i:i',
  fd_tell: 'ii:i',
  fd_write: 'iiii:i',
  path_create_directory: 'iii:i',
  path_filestat_get: 'iiiii:i',
  path_filestat_set_times: 'iiiiIIi:i',
  path_link: 'iiiiiii:i',
  path_open: 'iiiiiIIii:i',
  path_readlink: 'iiiiii:i',
  path_remove_directory: 'iii:i',
  path_rename: 'iiiiii:i',
  path_symlink: 'iiiii:i',
  path_unlink_file: 'iii:i',
  poll_oneoff: 'iiii:i',
  proc_exit: 'i',
  proc_raise: 'i:i',
  random_get: 'ii:i',
  sched_yield: ':i',
  sock_accept: 'iii:i',
  sock_recv: 'iiiiii:i',
  sock_send: 'iiiii:i',
  sock_shutdown: 'ii:i',
} as const

const UV_PUMP = { leave: 'i', run: 'i:i' } as const

/** The name of a function of any of the import modules; the names are unique. */
export type CallName = keyof typeof UV_HOST | keyof typeof PREVIEW1 | keyof typeof UV_PUMP

/** An import of a guest. */
export interface Signature {
  readonly module: 'uv_host_1' | 'wasi_snapshot_preview1' | 'uv_pump_1'
  readonly name: CallName
  readonly parameters: string
  readonly result: string
}

function listOf(module: Signature['module'], functions: Readonly<Record<string, string>>): Signature[] {
  return Object.entries(functions).map(([name, shape]) => {
    const [parameters = '', result = ''] = shape.split(':')
    return { module, name: name as CallName, parameters, result }
  })
}

/** All imports, in the order of the guest's table. */
export const SIGNATURES: readonly Signature[] = [
  ...listOf('uv_host_1', UV_HOST),
  ...listOf('wasi_snapshot_preview1', PREVIEW1),
  ...listOf('uv_pump_1', UV_PUMP),
]

/** The index of a function in the guest's table. */
export function indexOf(name: CallName): number {
  return SIGNATURES.findIndex((one) => one.name === name)
}

/** Whether a function is one of libuv's system calls: those return a negated errno, and preview 1 a plain one. */
export function isSystemCall(name: CallName): boolean {
  return name in UV_HOST
}
