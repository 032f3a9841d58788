/** Node's internal handles over `uv_pipe_t`, found like {@link file://./tcp-wrap.ts | those over uv_tcp_t}. */
import { all, binding, get } from './bindings.js'
import { type ConnectRequest, type StreamHandle, streamMethods } from './tcp-wrap.js'

/** A handle over one `uv_pipe_t`. */
export interface PipeHandle extends StreamHandle {
  bind(path: string): number
  listen(backlog: number): number
  /** Whether it returns a value depends on the version of Node; the request reports the result. */
  connect(request: ConnectRequest, path: string): number | undefined
  /** Called with a status and, if it is 0, the accepted handle. */
  onconnection: ((status: number, client: PipeHandle) => void) | undefined
}

/** The part of `process.binding('pipe_wrap')` that is used here. */
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
    // Denied, removed, or changed.
    return undefined
  }
}

let found: { readonly wrap: PipeWrap | undefined } | undefined

/** The binding, if this Node has it with the expected shape; probed once. */
export const pipeWrap = (): PipeWrap | undefined => {
  found ??= { wrap: probe() }
  return found.wrap
}

/** Creates a handle, which has no socket yet. */
export const newPipe = ({ Pipe, constants }: PipeWrap): PipeHandle => new Pipe(constants.SOCKET)
