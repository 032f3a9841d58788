/** Node's own handles over `uv_pipe_t`, found as {@link file://./tcp-wrap.ts | those over uv_tcp_t} are. */
import { all, binding, get } from './bindings.js'
import { type ConnectRequest, type StreamHandle, streamMethods } from './tcp-wrap.js'

/** A handle over one `uv_pipe_t`. */
export interface PipeHandle extends StreamHandle {
  bind(path: string): number
  listen(backlog: number): number
  /** Nodes differ in whether they answer; what matters is told to the request. */
  connect(request: ConnectRequest, path: string): number | undefined
  /** Called with a status and, where it is 0, the accepted handle. */
  onconnection: ((status: number, client: PipeHandle) => void) | undefined
}

/** `process.binding('pipe_wrap')`, as far as we use it. */
export interface PipeWrap {
  readonly Pipe: new (type: number) => PipeHandle
  readonly PipeConnectWrap: new () => ConnectRequest
  readonly constants: { readonly SOCKET: number }
}

const isPipeWrap = (value: unknown): value is PipeWrap =>
  all(value, 'function', ['Pipe', 'PipeConnectWrap']) && all(get(value, 'constants'), 'number', ['SOCKET'])

const probe = (): PipeWrap | undefined => {
  try {
    const wrap = binding('pipe_wrap')
    if (!isPipeWrap(wrap)) return undefined
    const handle = newPipe(wrap)
    const works = all(handle, 'function', ['bind', 'listen', 'connect', ...streamMethods])
    handle.close()
    return works ? wrap : undefined
  } catch {
    // Denied, gone, or not what it was.
    return undefined
  }
}

let found: { readonly wrap: PipeWrap | undefined } | undefined

/** The binding, where this Node has it and it is what we know it to be; looked for once. */
export const pipeWrap = (): PipeWrap | undefined => {
  found ??= { wrap: probe() }
  return found.wrap
}

/** A handle that has no socket yet. */
export const newPipe = ({ Pipe, constants }: PipeWrap): PipeHandle => new Pipe(constants.SOCKET)
