/**
 * Counts the cost of an echoed message, within a long exchange over a host that does nothing: how often the boundary is
 * crossed, how many bytes are copied, and how much heap is allocated; and the heap that an idle connection holds.
 * Nothing here depends on time. The heap depends on the engine; with the flags of counts.test.ts it depends only on the
 * code, and no garbage is collected.
 *
 *   counts.mjs [GUEST.wasm]
 */
import { readFileSync } from 'node:fs'

/** @typedef {typeof import('../../../src/host/contract/host.js')} HostModule */
/** @typedef {typeof import('../../../src/host/contract/connection.js')} ConnectionModule */
/** @typedef {import('../../../src/host/contract/connection.js').ListenerEvents} ListenerEvents */
/** @typedef {import('../../../src/uv/streams/tcp.js').TCP} Peer */
/** @typedef {{ in: number, out: number, bytes: number }} Counts */

// The compiled modules are imported at run time: they do not exist yet when this file is checked.
const compiled = new URL('../../../build/lib/', import.meta.url)
/** @type {HostModule} */
const { Host } = await import(new URL('host/contract/host.js', compiled).href)
/** @type {ConnectionModule} */
const { HostConnection, HostListener, HostBoundSocket } = await import(
  new URL('host/contract/connection.js', compiled).href
)
/** @type {typeof import('../../../src/index.js')} */
const { Loop, TCP } = await import(new URL('index.js', compiled).href)
/** @type {typeof import('../../../src/guest/guest.js')} */
const { Guest } = await import(new URL('guest/guest.js', compiled).href)

/** @type {Counts} */
const counts = { in: 0, out: 0, bytes: 0 }

const address = /** @type {const} */ ({ family: 'ipv4', host: '127.0.0.1', port: 7 })

/** A connection whose peer takes everything at once. */
class Connection extends HostConnection {
  local = address
  remote = address
  pending = 0
  sent = 0

  /** @param {Uint8Array} data */
  write({ length }) {
    this.sent += length
    return true
  }

  shutdown() {}
  readStart() {}
  readStop() {}
  close() {}
  /** @override */
  reset() {}
  /** @override */
  setNoDelay() {}
}

class Listener extends HostListener {
  local = address
  close() {}
}

class Port extends HostBoundSocket {
  local = address
  /** @type {ListenerEvents | undefined} */
  events
  close() {}

  /**
   * @override
   * @param {number} _backlog
   * @param {ListenerEvents} events
   */
  listen(_backlog, events) {
    this.events = events
    return new Listener()
  }
}

/** A host with an event loop that the program turns, and a clock that does not advance. */
class Nothing extends Host {
  name = 'nothing'
  port = new Port()
  /** @type {(() => void)[]} */
  #deferred = []

  clock() {
    return 1_000_000_000
  }

  wallClock() {
    return 0
  }

  /** @param {() => void} callback */
  defer(callback) {
    this.#deferred.push(callback)
  }

  timer() {
    return { set() {}, clear() {} }
  }

  /** @override */
  bind() {
    return this.port
  }

  turn() {
    for (let callback = this.#deferred.shift(); callback !== undefined; callback = this.#deferred.shift()) callback()
  }

  /** Lets a peer connect. */
  connection() {
    const connection = new Connection()
    this.port.events?.onConnection(connection)
    this.turn()
    return connection
  }
}

/**
 * Functions that count how often they are called.
 *
 * @param {Record<string, unknown>} functions
 * @param {'in' | 'out'} way
 */
const counted = (functions, way) =>
  Object.fromEntries(
    Object.entries(functions).map(([name, call]) => {
      if (typeof call !== 'function') return [name, call]
      /** @param {unknown[]} values */
      const counting = (...values) => {
        counts[way]++
        return Reflect.apply(call, undefined, values)
      }
      return [name, counting]
    }),
  )

const { instantiate } = WebAssembly
const { set, slice } = Uint8Array.prototype

/** Starts to count calls into new modules, and copied bytes. */
const watch = () => {
  Object.assign(WebAssembly, {
    /**
     * @param {WebAssembly.Module} module
     * @param {Record<string, Record<string, unknown>>} imports
     */
    instantiate: async (module, imports) => {
      if (imports.uv_host_1 === undefined) return Reflect.apply(instantiate, WebAssembly, [module, imports])
      const given = Object.entries(imports).map(([name, functions]) => [name, counted(functions, 'out')])
      const instance = await Reflect.apply(instantiate, WebAssembly, [module, Object.fromEntries(given)])
      return Object.defineProperty(instance, 'exports', { value: counted(instance.exports, 'in') })
    },
  })
  Object.assign(Uint8Array.prototype, {
    /**
     * @this {Uint8Array}
     * @param {ArrayLike<number>} bytes
     * @param {number} [at]
     */
    set(bytes, at) {
      counts.bytes += bytes.length
      set.call(this, bytes, at)
    },
    /**
     * @this {Uint8Array}
     * @param {number} [from]
     * @param {number} [to]
     */
    slice(from, to) {
      const copy = slice.call(this, from, to)
      counts.bytes += copy.length
      return copy
    },
  })
}

const ignore = () => {
  Object.assign(WebAssembly, { instantiate })
  Object.assign(Uint8Array.prototype, { set, slice })
}

/** An echo server through the TypeScript API. */
const typescript = async () => {
  const host = new Nothing()
  const loop = await Loop.open({ host })
  const server = new TCP({ loop })
  server.bind(address)
  server.listen(10, (server) => {
    server.accept().readStart((peer, status, data) => {
      if (status >= 0) peer.write(data)
    })
  })
  void loop.run()
  host.turn()
  return host
}

/** An echo server as a guest that is driven by the pump. */
const guest = async () => {
  const host = new Nothing()
  const program = new Uint8Array(readFileSync(process.argv[2] ?? 'the guest that was not named'))
  await Guest.start(program, { host, driver: 'pump' })
  host.turn()
  return host
}

const MESSAGES = 2000
const IDLE = 1000

/**
 * Sends messages.
 *
 * @param {Nothing} host
 * @param {readonly Connection[]} connections - each gets one message in each turn
 * @param {Uint8Array} message
 */
const exchange = (host, connections, message) => {
  for (let sent = 0; sent < MESSAGES; sent += connections.length) {
    for (const { events } of connections) events?.onData(message)
    host.turn()
  }
}

/**
 * @param {() => Promise<Nothing>} start
 * @param {number} count - of connections with a message in each turn
 * @param {number} size
 */
const measure = async (start, count, size) => {
  const message = new Uint8Array(size)
  const perMessage = (/** @type {number} */ sum) => Math.round((sum / MESSAGES) * 100) / 100
  const make = async () => {
    const host = await start()
    const connections = Array.from({ length: count }, () => host.connection())
    exchange(host, connections, message)
    const sent = connections.reduce((sum, { sent }) => sum + sent, 0)
    if (sent !== size * MESSAGES) throw new Error(`${sent} bytes came back`)
    return { host, connections }
  }
  watch()
  const watched = await make()
  const before = { ...counts }
  exchange(watched.host, watched.connections, message)
  const after = { ...counts }
  ignore()
  const plain = await make()
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed
  exchange(plain.host, plain.connections, message)
  const used = process.memoryUsage().heapUsed - heap
  return {
    callsIn: perMessage(after.in - before.in),
    callsOut: perMessage(after.out - before.out),
    copied: perMessage(after.bytes - before.bytes),
    heap: perMessage(used),
  }
}

/**
 * The heap that an idle connection holds after its message, on average of many.
 *
 * @param {() => Promise<Nothing>} start
 */
const measureIdle = async (start) => {
  const host = await start()
  const message = new Uint8Array(64)
  const stand = () => {
    const connections = Array.from({ length: IDLE }, () => host.connection())
    for (const { events } of connections) events?.onData(message)
    host.turn()
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
  const before = stand()
  return { held: Math.round((stand() - before) / IDLE) }
}

console.log(
  JSON.stringify({
    'TypeScript, 64 B, 1 connection': await measure(typescript, 1, 64),
    'TypeScript, 64 B, 50 connections': await measure(typescript, 50, 64),
    'TypeScript, 16 KiB, 1 connection': await measure(typescript, 1, 16_384),
    'TypeScript, idle': await measureIdle(typescript),
    ...(process.argv[2] && {
      'C guest, 64 B, 1 connection': await measure(guest, 1, 64),
      'C guest, 64 B, 50 connections': await measure(guest, 50, 64),
      'C guest, 16 KiB, 1 connection': await measure(guest, 1, 16_384),
      'C guest, idle': await measureIdle(guest),
    }),
  }),
)
// The servers never end by themselves.
process.exit()
