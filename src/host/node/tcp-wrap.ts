/**
 * Node's own TCP handles, under `node:net`. They are not public: `process.binding` hands them out on every Node from 20 to 26,
 * and may not on the next, or not the same. So nothing is taken for granted here: what is used is described, then looked
 * at and tried once, and where anything is amiss the answer is "not there".
 */
import { types } from 'node:util'
import type { NodeAddress } from '../common/addresses.js'
import { all, binding, get } from './bindings.js'
import type { SmallWrite } from './small-write.js'

/** A handle over one stream of libuv's. Methods answer 0 or a negative status, unless said otherwise. */
export interface StreamHandle {
  readStart(): number
  /**
   * Reads into this buffer from now on instead of a new one each time; called once. `onread` is called without a buffer then,
   * and may return another buffer for what follows. It is not kept alive.
   */
  useUserBuffer(buffer: Uint8Array): void
  readStop(): number
  /** The first part the operating system takes at once is written at once; `lastWriteWasAsync` tells whether a rest is queued. */
  writeBuffer(request: WriteRequest, data: Uint8Array): number
  /** The same for many; `allBuffers` says that the list holds bytes only, no strings. */
  writev(request: WriteRequest, list: readonly Uint8Array[], allBuffers: true): number
  /** FIN once the queue is empty. */
  shutdown(request: ShutdownRequest): number
  close(): void
  /** Do not keep the process alive. Requests in flight still do. */
  unref(): void
  /** Bytes queued and not yet taken by the operating system. */
  readonly writeQueueSize: number
  /** The socket's number, where the platform has such; negative or nothing where it has not. */
  readonly fd?: number
  /** Called when something was read; how many bytes, or the negative status, is in `streamBaseState`. */
  onread: (() => Uint8Array | undefined) | undefined
}

/** A handle over one `uv_tcp_t`. */
export interface TcpHandle extends StreamHandle {
  bind(host: string, port: number, flags: number): number
  bind6(host: string, port: number, flags: number): number
  listen(backlog: number): number
  connect(request: ConnectRequest, host: string, port: number): number
  connect6(request: ConnectRequest, host: string, port: number): number
  getsockname(out: NodeAddress): number
  getpeername(out: NodeAddress): number
  setNoDelay(enable: boolean): number
  setKeepAlive(enable: boolean, idleSeconds: number): number
  /** Close with RST. EINVAL while a shutdown is on its way. */
  reset(): number
  /** Called with a status and, where it is 0, the accepted handle. */
  onconnection: ((status: number, client: TcpHandle) => void) | undefined
}

/** A connect in flight. */
export interface ConnectRequest {
  oncomplete: (status: number) => void
}

/** A write in flight; it keeps alive what it writes. */
export interface WriteRequest {
  /** Called as a method. */
  oncomplete: (this: WriteRequest, status: number) => void
  /** What it writes, which is collected after it. */
  held: Uint8Array | readonly Uint8Array[]
  /** Memory of its own for a small write; made when it is first wanted. */
  small: SmallWrite | undefined
  /** Told of its end, while it is in flight. */
  writer: { onWritten(status: number): void } | undefined
}

/** A shutdown in flight. */
export interface ShutdownRequest {
  oncomplete: (status: number) => void
}

/** `process.binding('tcp_wrap')`, as far as we use it. */
interface TcpBinding {
  readonly TCP: new (type: number) => TcpHandle
  readonly TCPConnectWrap: new () => ConnectRequest
  readonly constants: {
    readonly SOCKET: number
    /** Flag of `bind6`. */
    readonly UV_TCP_IPV6ONLY: number
    /** Flag of `bind` and `bind6`, where this Node knows it. */
    readonly UV_TCP_REUSEPORT?: number
  }
}

/** `process.binding('stream_wrap')`, as far as we use it. */
interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest
  readonly ShutdownWrap: new () => ShutdownRequest
  /** What the last read or write left; the other three are indices into it. */
  readonly streamBaseState: Int32Array
  /** Bytes read, or a negative status. */
  readonly kReadBytesOrError: number
  /** Where in the buffer the bytes read begin. */
  readonly kArrayBufferOffset: number
  /** 1 when a part of the last write was queued. */
  readonly kLastWriteWasAsync: number
}

/** Both bindings. */
export interface TcpWrap {
  readonly tcp: TcpBinding
  readonly stream: StreamBinding
}

const isTcpBinding = (value: unknown): value is TcpBinding =>
  all(value, 'function', ['TCP', 'TCPConnectWrap']) &&
  all(get(value, 'constants'), 'number', ['SOCKET', 'UV_TCP_IPV6ONLY'])

const isStreamBinding = (value: unknown): value is StreamBinding =>
  all(value, 'function', ['WriteWrap', 'ShutdownWrap']) &&
  all(value, 'number', ['kReadBytesOrError', 'kArrayBufferOffset', 'kLastWriteWasAsync']) &&
  types.isInt32Array(get(value, 'streamBaseState'))

/** The methods that all streams have. */
export const streamMethods = [
  ...['readStart', 'readStop', 'useUserBuffer', 'writeBuffer', 'writev', 'shutdown', 'close', 'unref'],
]

const methods = [
  ...['bind', 'bind6', 'listen', 'connect', 'connect6', 'getsockname', 'getpeername', 'setNoDelay', 'setKeepAlive'],
  ...['reset', ...streamMethods],
]

/** A handle without a socket must refuse to name itself and to write, as a status and not by throwing. */
const works = ({ TCP, constants }: TcpBinding, { WriteWrap }: StreamBinding): boolean => {
  const handle = new TCP(constants.SOCKET)
  try {
    return (
      all(handle, 'function', methods) &&
      handle.writeQueueSize === 0 &&
      handle.getsockname({}) < 0 &&
      handle.writeBuffer(new WriteWrap(), Uint8Array.of(0)) < 0
    )
  } finally {
    handle.close()
  }
}

const probe = (): TcpWrap | undefined => {
  try {
    const tcp = binding('tcp_wrap')
    const stream = binding('stream_wrap')
    return isTcpBinding(tcp) && isStreamBinding(stream) && works(tcp, stream) ? { tcp, stream } : undefined
  } catch {
    // Denied (Node's permission model does), gone, or not what it was.
    return undefined
  }
}

let found: { readonly wrap: TcpWrap | undefined } | undefined

/** The bindings, where this Node has them and they are what we know them to be; looked for once. */
export const tcpWrap = (): TcpWrap | undefined => {
  found ??= { wrap: probe() }
  return found.wrap
}

/** A handle that has no socket yet. */
export const newHandle = ({ tcp }: TcpWrap): TcpHandle => new tcp.TCP(tcp.constants.SOCKET)
