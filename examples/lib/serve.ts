/** What the example servers share: their command line, the one line they print, and their end. */
import { parseArgs } from 'node:util'
import { type Address, Loop, TCP, UVError } from 'libuv-wasm'

/** A server as its author sees it. */
export interface Program {
  /** What it is called on the command line. */
  readonly name: string
  /** What it does, in one sentence. */
  readonly does: string
  /** Begins to serve, and tells where; see {@link accept}. */
  readonly listen: (loop: Loop, at: { host: string; port: number }) => Address
}

/** Connections that may wait to be accepted. */
const BACKLOG = 1_000

/** Milliseconds that bytes on their way have to leave when the server is asked to end. */
const GRACE = 1_000

/**
 * Runs a server until SIGINT or SIGTERM. It says on standard output where it listens, and nothing else there. The
 * process ends with 0, with 1 when the address cannot be had, with 2 when the command line is wrong.
 */
export async function serve(program: Program): Promise<void> {
  const options = readOptions(program)
  if (options === undefined) return
  const loop = await Loop.open()
  // What goes wrong with one client is no reason to leave the others.
  loop.onError = (error) => console.error(`${program.name}:`, error)
  try {
    const { family, host, port } = program.listen(loop, options)
    console.log(`listening ${family === 'ipv6' ? `[${host}]` : host}:${port}`)
    endOnSignal(loop)
  } catch (error) {
    if (!(error instanceof UVError)) throw error
    console.error(`${program.name}: cannot listen on ${options.host}, port ${options.port}: ${error.message}`)
    process.exitCode = 1
    void loop.closeAllHandles()
  }
  await loop.run()
  loop.close()
}

/** Serves by TCP. @param onClient - called for each client */
export function accept(onClient: (peer: TCP) => void): Program['listen'] {
  return (loop, at) => {
    const server = new TCP({ loop })
    server.bind(at)
    server.listen(BACKLOG, (server) => onClient(server.accept()))
    return server.sockname
  }
}

function endOnSignal(loop: Loop): void {
  const end = (): void => {
    void loop.closeAllHandles()
    // A client that does not read would keep what was sent to it, and the process, for minutes.
    setTimeout(() => process.exit(), GRACE).unref()
  }
  // npm passes on the SIGINT that a terminal has already sent to all, so it may come twice.
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}

function readOptions(program: Program): { host: string; port: number } | undefined {
  const usage = `Usage: npm run --silent ${program.name} -- [--host ADDRESS] [--port PORT]

${program.does}

  --host ADDRESS  an IP address of this machine; 127.0.0.1 by default
  --port PORT     0 takes a free one; 4444 by default
  --help          says this`
  try {
    const { values } = parseArgs({
      options: { host: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help !== true) return { host: values.host ?? '127.0.0.1', port: readPort(values.port ?? '4444') }
    console.log(usage)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    console.error(`${program.name}: ${error.message}\n\n${usage}`)
    process.exitCode = 2
  }
  return undefined
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new TypeError(`Cannot use port '${text}': give a number from 0 to 65535`)
}
