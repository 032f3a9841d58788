/** `libuv-wasm/net` on a new loop for each test, over real sockets and over the virtual network. */
import { afterEach, beforeEach, expect } from '@jest/globals'
import { createNet, type Net, type Server, type Socket } from 'libuv-wasm/net'
import { nodeHost } from '../../../src/host/node.js'
import { Async, type Host, Loop, virtualHost } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { expectNothingLeft } from '../../support/leakcheck.js'

/** The loop of a test, and its net. */
export interface NetLab {
  readonly loop: Loop
  readonly net: Net
}

/** The hosts, and whether their sockets are this machine's. */
export const hosts: readonly (readonly [name: string, host: () => Host, real: boolean])[] = [
  ['real sockets', () => nodeHost(), true],
  ['the virtual network', () => virtualHost(), false],
]

/** Opens a loop for each test; has to be called while tests are registered. @param begin - called before each test */
export const useNet = (host: () => Host, begin: (lab: NetLab) => void): void => {
  let loop: Loop
  let running: Promise<boolean>

  beforeEach(async () => {
    loop = await Loop.open({ host: host() })
    begin({ loop, net: createNet({ loop }) })
    // Keeps the loop running after a connection has ended.
    new Async({ loop })
    running = loop.run()
  })

  afterEach(async () => {
    const left = [...loop.handles].filter(({ closing }) => !closing).map((handle) => handle.constructor.name)
    await soon(loop[Symbol.asyncDispose](), 'the loop to close its handles')
    await running
    expectNothingLeft(loop)
    expect(left).toEqual(['Async'])
  })
}

/** Waits for an event. @returns its arguments */
export const told = (emitter: Socket | Server, event: string): Promise<unknown[]> =>
  soon(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event)
