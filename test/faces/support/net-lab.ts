/** `libuv-wasm/net` on a loop of its own for each test, over the hosts that it is tried on. */
import { afterEach, beforeEach, expect } from '@jest/globals'
import { createNet, type Net, type Server, type Socket } from 'libuv-wasm/net'
import { nodeHost } from '../../../src/host/node.js'
import { Async, type Host, Loop, virtualHost } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { expectNothingLeft } from '../../support/leakcheck.js'

/** What a test is given. */
export interface NetLab {
  readonly loop: Loop
  readonly net: Net
}

/** The hosts, and whether their sockets are this machine's. */
export const hosts: readonly (readonly [name: string, host: () => Host, real: boolean])[] = [
  ['real sockets', () => nodeHost(), true],
  ['the virtual network', () => virtualHost(), false],
]

/** To be called while tests are registered. @param begin - called before each test */
export const useNet = (host: () => Host, begin: (lab: NetLab) => void): void => {
  let loop: Loop
  let running: Promise<boolean>

  beforeEach(async () => {
    loop = await Loop.open({ host: host() })
    begin({ loop, net: createNet({ loop }) })
    // So that the run goes on when a connection is over.
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

/** An event, with what it tells. */
export const told = (emitter: Socket | Server, event: string): Promise<unknown[]> =>
  soon(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event)
