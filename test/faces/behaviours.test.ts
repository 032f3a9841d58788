/** Behaviours of `node:net` that programs rely on: each is run there and on `libuv-wasm/net`, with the same events. */
import * as node from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createNet, type Net } from 'libuv-wasm/net'
import { nodeHost } from '../../src/host/node.js'
import { Async, Loop } from '../../src/index.js'
import { soon } from '../support/deadline.js'
import { expectNothingLeft } from '../support/leakcheck.js'
import { cancelling } from './behaviours/cancelling.js'
import { connecting } from './behaviours/connecting.js'
import { ending } from './behaviours/ending.js'
import { guarding } from './behaviours/guarding.js'
import { serving } from './behaviours/serving.js'
import { writing } from './behaviours/writing.js'
import { type Behaviour, Scene } from './support/scene.js'

let loop: Loop
let running: Promise<boolean>

beforeAll(async () => {
  loop = await Loop.open({ host: nodeHost() })
  // Keeps the loop running after a connection has ended.
  new Async({ loop })
  running = loop.run()
})

afterAll(async () => {
  await soon(loop[Symbol.asyncDispose](), 'the loop to close its handles')
  await running
  expectNothingLeft(loop)
})

const play = async (behaviour: Behaviour, net: Net): Promise<Scene['seen']> => {
  const scene = new Scene(net)
  try {
    await behaviour(scene)
    return new Map(scene.seen)
  } finally {
    await scene.leave()
  }
}

describe.each(Object.entries({ connecting, writing, cancelling, ending, serving, guarding }))(
  '%s',
  (_name, behaviours) => {
    test.each(Object.entries(behaviours))('%s', async (_what, behaviour) => {
      const expected = await play(behaviour, Object(node))
      expect(expected.size).toBeGreaterThan(0)
      expect(await play(behaviour, createNet({ loop }))).toEqual(expected)
      const left = [...loop.handles].filter(({ closing }) => !closing)
      expect(left.map((handle) => handle.constructor.name)).toEqual(['Async'])
    })
  },
)
