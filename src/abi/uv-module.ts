/**
 * The functions that the module exports to TypeScript (`uvw_*`), and the callbacks that it imports (`uv_face_1`).
 * Owners, errors, and whether a callback may run before a call returns are documented in `wasm/uvw.h`; `make check`
 * compares that header with this file.
 */
import type { WasmMemory } from '../base/platform-types.js'
import type { Signature } from './signature.js'

/** The name of the import module, including its version. */
export const UV_FACE_MODULE = 'uv_face_1'

/**
 * The callbacks, one per kind. `id` was given when the handle was initialized, `request` when the call was made. A
 * status is 0 or a negative `UV_E*`.
 */
export interface UvFace {
  on_connection(id: number, status: number): void
  /** `count` is the number of bytes received (0: none yet), or a negative status. */
  on_read(id: number, count: number): void
  /** `count` is the length of the received message in bytes, or a negative status. */
  on_message(id: number, count: number): void
  on_udp_send(request: number, status: number): void
  on_connect(request: number, status: number): void
  on_write(request: number, status: number): void
  on_shutdown(request: number, status: number): void
  on_close(id: number): void
  on_timer(id: number): void
  on_async(id: number): void
  on_idle(id: number): void
  on_prepare(id: number): void
  on_check(id: number): void
  on_walk(id: number): void
}

/** The signatures of the callbacks. */
export const UV_FACE_TYPES: Readonly<Record<keyof UvFace, Signature>> = {
  on_connection: 'ii',
  on_read: 'ii',
  on_message: 'ii',
  on_udp_send: 'ii',
  on_connect: 'ii',
  on_write: 'ii',
  on_shutdown: 'ii',
  on_close: 'i',
  on_timer: 'i',
  on_async: 'i',
  on_idle: 'i',
  on_prepare: 'i',
  on_check: 'i',
  on_walk: 'i',
}

/** The bits that `uvw_loop_run` and a guest's `uvp_turn` return. */
export const RunResult = {
  /** The loop is alive: it has active and referenced handles, active requests, or closing handles. */
  ALIVE: 1,
  /** The loop returned because it would have had to wait. */
  PARKED: 2,
  /** The loop has idle, prepare or check handles, whose callbacks fire in every iteration. */
  PHASES: 4,
  /** Only an event can wake the loop: no timer is active, and `uvw_loop_timeout()` would return -1. */
  UNTIMED: 8,
} as const

/**
 * The exported functions. A handle is the address of its `uv_handle_t`; `*_init` return one, or a negative status.
 * All other functions return libuv's own result. Times are in milliseconds.
 */
export interface UvExports {
  readonly memory: WasmMemory
  _initialize(): void

  uvw_describe(): number
  uvw_strerror(status: number): number
  uvw_scratch(): number
  uvw_heap_blocks(): number
  uvw_malloc(size: number): number
  uvw_free(block: number): void

  uvw_loop_init(): number
  uvw_loop_close(): number
  uvw_loop_run(mode: number): number
  uvw_loop_stop(): void
  uvw_loop_alive(): number
  uvw_loop_now(): number
  uvw_loop_update_time(): void
  uvw_loop_timeout(): number
  uvw_loop_walk(): void
  uvw_loop_metrics(out: number): void

  uvw_close(handle: number): void
  uvw_is_active(handle: number): number
  uvw_is_closing(handle: number): number
  uvw_has_ref(handle: number): number
  uvw_ref(handle: number): void
  uvw_unref(handle: number): void
  uvw_fileno(handle: number): number
  uvw_open(handle: number, fd: number): number
  uvw_send_buffer_size(handle: number, size: number): number
  uvw_recv_buffer_size(handle: number, size: number): number

  uvw_listen(stream: number, backlog: number): number
  uvw_accept(server: number, client: number): number
  uvw_read_start(stream: number): number
  uvw_read_stop(stream: number): number
  uvw_write(stream: number, request: number, weight: number): number
  uvw_try_write(stream: number, length: number): number
  uvw_shutdown(stream: number, request: number): number
  uvw_is_readable(stream: number): number
  uvw_is_writable(stream: number): number

  uvw_getsockname(handle: number, out: number): number
  uvw_getpeername(handle: number, out: number): number
  uvw_bind(handle: number, host: number, port: number, flowinfo: number, scopeId: number, flags: number): number
  uvw_tcp_init(id: number, flags: number): number
  uvw_tcp_adopt(tcp: number, from: number): number
  uvw_tcp_connect(tcp: number, request: number, host: number, port: number, flowinfo: number, scopeId: number): number
  uvw_tcp_nodelay(tcp: number, enable: number): number
  uvw_tcp_keepalive(tcp: number, enable: number, delay: number): number
  uvw_tcp_simultaneous_accepts(tcp: number, enable: number): number
  uvw_tcp_close_reset(tcp: number): number
  uvw_socketpair(fds: number): number

  uvw_udp_init(id: number, flags: number): number
  uvw_udp_connect(udp: number, host: number, port: number, flowinfo: number, scopeId: number): number
  uvw_udp_send(
    udp: number,
    request: number,
    length: number,
    host: number,
    port: number,
    flowinfo: number,
    scopeId: number,
  ): number
  uvw_udp_try_send(udp: number, length: number, host: number, port: number, flowinfo: number, scopeId: number): number
  uvw_udp_recv_start(udp: number): number
  uvw_udp_recv_stop(udp: number): number
  uvw_udp_set_broadcast(udp: number, on: number): number
  uvw_udp_set_ttl(udp: number, ttl: number): number
  uvw_udp_set_multicast_ttl(udp: number, ttl: number): number
  uvw_udp_set_multicast_loop(udp: number, on: number): number
  uvw_udp_set_multicast_interface(udp: number, iface: number): number
  uvw_udp_set_membership(udp: number, group: number, iface: number, source: number, join: number): number
  uvw_udp_send_queue_count(udp: number): number

  uvw_pipe_init(id: number): number
  uvw_pipe_bind(pipe: number, name: number, len: number, flags: number): number
  uvw_pipe_connect(pipe: number, request: number, name: number, len: number, flags: number): number
  uvw_pipe_getsockname(pipe: number, out: number): number
  uvw_pipe_getpeername(pipe: number, out: number): number
  uvw_pipe_chmod(pipe: number, mode: number): number

  uvw_timer_init(id: number): number
  uvw_timer_start(timer: number, timeout: number, repeat: number): number
  uvw_timer_stop(timer: number): number
  uvw_timer_again(timer: number): number
  uvw_timer_set_repeat(timer: number, repeat: number): void
  uvw_timer_get_repeat(timer: number): number
  uvw_timer_due_in(timer: number): number

  uvw_async_init(id: number): number
  uvw_async_send(async: number): number

  uvw_idle_init(id: number): number
  uvw_idle_start(idle: number): number
  uvw_idle_stop(idle: number): number
  uvw_prepare_init(id: number): number
  uvw_prepare_start(prepare: number): number
  uvw_prepare_stop(prepare: number): number
  uvw_check_init(id: number): number
  uvw_check_start(check: number): number
  uvw_check_stop(check: number): number
}
