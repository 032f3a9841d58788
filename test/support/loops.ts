/**
 * Loops for tests, over every host. When a test ends its loops are closed, and it fails if anything is left: a handle,
 * a descriptor, a block of the heap, a timer of the host, a socket of the process.
 */
import { afterEach, beforeEach, describe } from '@jest/globals'
import { tcpWrap } from '../../src/host/node/tcp-wrap.js'
import { nodeHost } from '../../src/host/node.js'
import { type Host, Loop, type LoopOptions, type RunMode, TCP, virtualHost } from '../../src/index.js'
import { compileModule } from '../../src/runtime/module.js'
import { soon } from './deadline.js'
import { expectNothingLeft, released, WatchedHost } from './leakcheck.js'
import { openSockets } from './open-sockets.js'

/** A host for tests, the module that it is tested with, and a function that lists its unreleased sockets. */
export interface HostUnderTest {
  readonly name: string
  make(): { host: Host; leaks(): string[] }
  readonly module?: Promise<WebAssembly.Module>
}

/** The module with libuv's assertions. */
const debugModule = compileModule(new URL('../../wasm/build/debug/libuv.wasm', import.meta.url))

/** The virtual network, without real sockets. */
export const virtual: HostUnderTest = {
  name: 'virtual',
  make() {
    const host = virtualHost()
    return { host, leaks: () => host.open() }
  },
  module: debugModule,
}

const node = (transport: 'handle' | 'net'): HostUnderTest['make'] => {
  return () => {
    const before = new Set(openSockets())
    return { host: nodeHost({ transport }), leaks: () => openSockets().filter((socket) => !before.has(socket)) }
  }
}

/** Real sockets, over `node:net`. */
const nodeNet: HostUnderTest = { name: 'node, net', make: node('net'), module: debugModule }
/** Real sockets, over the handles below `node:net`. It is tested with the published module. */
const nodeHandle: HostUnderTest = { name: 'node, handle', make: node('handle') }

/** Every host that this Node supports. */
export const hosts: readonly HostUnderTest[] = [virtual, nodeNet, ...(tcpWrap() === undefined ? [] : [nodeHandle])]

/**
 * A port that is free both in IPv6 and in IPv4. A bind to port 0 in one family may get a port that another program uses
 * in the other.
 */
export const portFreeInBothFamilies = (loop: Loop): number => {
  const both = new TCP({ loop })
  both.bind(['::', 0])
  const { port } = both.sockname
  void both.close()
  return port
}

/** The hosts that send within a call. */
export const promptHosts = hosts.filter((host) => host !== nodeNet)

/** Registers the same tests for every host, or for the given ones. */
export const overHosts = (tests: (lab: LoopLab) => void, over: readonly HostUnderTest[] = hosts): void => {
  describe.each(over)('over $name', (host) => tests(new LoopLab(host)))
}

/** Opens loops for the tests of one `describe`, closes them when a test ends, and checks that nothing is left. */
export class LoopLab {
  readonly name: string
  /** Whether its host sends within a call. */
  readonly sendsAtOnce: boolean
  readonly #under: HostUnderTest
  readonly #loops: Loop[] = []
  #host: WatchedHost | undefined
  #leaks: () => string[] = () => []

  /** Has to be called while tests are registered. */
  constructor(under: HostUnderTest) {
    this.name = under.name
    this.sendsAtOnce = under !== nodeNet
    this.#under = under
    beforeEach(() => {
      const { host, leaks } = under.make()
      this.#host = new WatchedHost(host)
      this.#leaks = leaks
    })
    afterEach(() => this.#finish())
  }

  /** The host of the test; loops of one test can connect to each other. */
  get host(): WatchedHost {
    if (this.#host === undefined) throw new Error('there is a host only while a test runs')
    return this.#host
  }

  /** Opens a loop; it is closed when the test ends. */
  async open(options: LoopOptions = {}): Promise<Loop> {
    const module = await this.#under.module
    const loop = await Loop.open({ host: this.host, ...(module && { module }), ...options })
    this.#loops.push(loop)
    return loop
  }

  /** Runs a loop, with a deadline for its end. */
  run(loop: Loop, mode?: RunMode): Promise<boolean> {
    return soon(loop.run(mode), 'the loop to end')
  }

  async #finish(): Promise<void> {
    const loops = this.#loops.splice(0)
    for (const loop of loops) await soon(loop[Symbol.asyncDispose](), 'the loop to close its handles')
    for (const loop of loops) expectNothingLeft(loop)
    await released(() => [...this.host.held(), ...this.#leaks()])
  }
}

/**
 * Connects two handles through a listener, which is closed then. The loop has to run, or to be run afterwards.
 *
 * @param body - called in the loop once both ends are connected: the client, and the accepted peer
 * @param host - the address of the listener
 */
export const connectPair = (loop: Loop, body: (client: TCP, peer: TCP) => void, host = '127.0.0.1'): void => {
  const server = new TCP({ loop })
  const client = new TCP({ loop })
  let peer: TCP | undefined
  let connected = false
  const meet = (): void => {
    if (peer === undefined || !connected) return
    void server.close()
    body(client, peer)
  }
  server.bind({ host, port: 0 })
  server.listen(1, () => {
    peer = server.accept()
    meet()
  })
  client.connect({ host, port: server.sockname.port }, (_request, status) => {
    if (status < 0) throw new Error(`cannot connect: ${status}`)
    connected = true
    meet()
  })
}

/** The code of the error that a call throws; `none` if it throws nothing. */
export const codeOf = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
  return 'none'
}

/** Text as bytes. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Pieces of bytes as text. */
export const text = (...pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString()
