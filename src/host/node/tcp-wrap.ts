/**
 * Node's internal TCP handles, below `node:net`. They are not public: `process.binding` provides them on every Node
 * from 20 to 26, but a later Node may remove or change them. So nothing is assumed: the parts in use are declared,
 * then checked and tried once, and on any deviation the handles count as unavailable.
 */
import { types } from 'node:util'
import type { NodeAddress } from '../common/addresses.js'
import { all, binding, get } from './bindings.js'
import type { SmallWrite } from './small-write.js'

/** A handle over a libuv stream. Methods return 0 or a negative status, unless stated otherwise. */
export interface StreamHandle {
  readStart(): number
  /**
   * From now on, reads into this buffer instead of a new one each time; called once. `onread` is then called without
   * a buffer, and may return another buffer for later reads. The buffer is not kept alive.
   */
  useUserBuffer(buffer: Uint8Array): void
  readStop(): number
  /**
   * The part that the operating system accepts immediately is written immediately; `lastWriteWasAsync` reports
   * whether a rest is queued.
   */
  writeBuffer(request: WriteRequest, data: Uint8Array): number
  /** The same for several buffers; `allBuffers` states that the list contains no strings. */
  writev(request: WriteRequest, list: readonly Uint8Array[], allBuffers: true): number
  /** Sends FIN once the queue is empty. */
  shutdown(request: ShutdownRequest): number
  close(): void
  /** Lets the process exit. Requests in flight still keep it alive. */
  unref(): void
  /** The number of bytes that are queued and not yet accepted by the operating system. */
  readonly writeQueueSize: number
  /** The descriptor of the socket, on platforms that have one; otherwise negative or `undefined`. */
  readonly fd?: number
  /** Called after a read; the number of bytes or the negative status is in `streamBaseState`. */
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
  /** The last two are known since Node 26; earlier ones ignore them. */
  setKeepAlive(enable: boolean, idleSeconds: number, intervalSeconds?: number, count?: number): number
  /** Closes with RST. EINVAL while a shutdown is in progress. */
  reset(): number
  /** Called with a status and, if it is 0, the accepted handle. */
  onconnection: ((status: number, client: TcpHandle) => void) | undefined
}

/** A connect in flight. */
export interface ConnectRequest {
  oncomplete: (status: number) => void
}

/** A write in flight; it keeps its data alive. */
export interface WriteRequest {
  /** Called as a method. */
  oncomplete: (this: WriteRequest, status: number) => void
  /** The data being written; released after the write. */
  held: Uint8Array | readonly Uint8Array[]
  /** Separate memory for a small write; created on first use. */
  small: SmallWrite | undefined
  /** The receiver of the completion, while the write is in flight. */
  writer: { onWritten(status: number): void } | undefined
}

/** A shutdown in flight. */
export interface ShutdownRequest {
  oncomplete: (status: number) => void
}

/** The part of `process.binding('tcp_wrap')` that is used here. */
interface TcpBinding {
  readonly TCP: new (type: number) => TcpHandle
  readonly TCPConnectWrap: new () => ConnectRequest
  readonly constants: {
    readonly SOCKET: number
    /** A flag of `bind6`. */
    readonly UV_TCP_IPV6ONLY: number
    /** A flag of `bind` and `bind6`, if this Node supports it. */
    readonly UV_TCP_REUSEPORT?: number
  }
}

/** The part of `process.binding('stream_wrap')` that is used here. */
interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest
  readonly ShutdownWrap: new () => ShutdownRequest
  /** The results of the last read or write; the other three are indices into it. */
  readonly streamBaseState: Int32Array
  /** The number of bytes read, or a negative status. */
  readonly kReadBytesOrError: number
  /** The offset in the buffer at which the received bytes begin. */
  readonly kArrayBufferOffset: number
  /** 1 if a part of the last write was queued. */
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

/** The methods of all streams. */
export const streamMethods = [
  ...['readStart', 'readStop', 'useUserBuffer', 'writeBuffer', 'writev', 'shutdown', 'close', 'unref'],
]

const methods = [
  ...['bind', 'bind6', 'listen', 'connect', 'connect6', 'getsockname', 'getpeername', 'setNoDelay', 'setKeepAlive'],
  ...['reset', ...streamMethods],
]

/**
 * Tries a handle: without a socket, it must refuse to report its address and to write, by a status rather than an
 * exception.
 */
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
    // Denied (by Node's permission model), removed, or changed.
    return undefined
  }
}

let found: { readonly wrap: TcpWrap | undefined } | undefined

/** The bindings, if this Node has them with the expected shape; probed once. */
export const tcpWrap = (): TcpWrap | undefined => {
  found ??= { wrap: probe() }
  return found.wrap
}

/** Creates a handle, which has no socket yet. */
export const newHandle = ({ tcp }: TcpWrap): TcpHandle => new tcp.TCP(tcp.constants.SOCKET)
