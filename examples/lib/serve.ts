/** The common part of the example servers: the command line, the line that they print, and the shutdown. */
import { parseArgs } from 'node:util'
import { type Address, Loop, TCP, UVError } from 'libuv-wasm'

/** The part of a server that differs. */
export interface Program {
  /** Its name on the command line. */
  readonly name: string
  /** What it does, in one sentence. */
  readonly does: string
  /** Begins to serve, and returns its address; see {@link accept}. */
  readonly listen: (loop: Loop, at: { host: string; port: number }) => Address
}

/** How many connections may wait to be accepted. */
const BACKLOG = 1_000

/** How long pending bytes may take to be sent after a signal, in milliseconds. */
const GRACE = 1_000

/**
 * Runs a server until SIGINT or SIGTERM. It prints only its address on standard output. The exit code is 0,
 * 1 if the server cannot listen on the address, or 2 if the command line is wrong.
 */
export async function serve(program: Program): Promise<void> {
  const options = readOptions(program)
  if (options === undefined) return
  const loop = await Loop.open()
  // A failure of one client does not affect the others.
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

/** Serves TCP clients. @param onClient - called for each client */
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
    // For a client that does not read, pending bytes would keep the process alive for minutes.
    setTimeout(() => process.exit(), GRACE).unref()
  }
  // A terminal sends SIGINT to all processes, and npm forwards it too, so it may arrive twice.
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}

function readOptions(program: Program): { host: string; port: number } | undefined {
  const usage = `Usage: npm run --silent ${program.name} -- [--host ADDRESS] [--port PORT]

${program.does}

  --host ADDRESS  an IP address of this machine; 127.0.0.1 by default
  --port PORT     4444 by default; 0 takes a free port
  --help          prints this help`
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
