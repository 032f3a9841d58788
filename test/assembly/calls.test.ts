/** Programs in AssemblyScript whose functions are called: through the loader, and through the bindings of asc. */
import { readFile } from 'node:fs/promises'
import * as loader from '@assemblyscript/loader'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Guest as GuestType, Instantiate } from '../../src/guest/guest.js'
import { Guest, nodeHost, policyHost } from '../guest/support/built.js'
import { connect, endAll, receive } from '../guest/support/stage.js'
import { COMPILING } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'
import { assemblyModule } from './support/asc.js'

const PROGRAM = 'test/assembly/programs/called.ts'

beforeAll(() => assemblyModule(PROGRAM), COMPILING)
endAll()

/** What the tests call. */
interface Called {
  greet(name: string): string
  listen(): number
  start(ms: number): void
  timesFired(): number
  end(): void
}

/** The same as exports, with strings by their address. */
type Exports = Record<string, unknown> & { greet(name: number): number }

const start = async (instantiate: Instantiate, grant = {}): Promise<GuestType> => {
  const module = new Uint8Array(await readFile(await assemblyModule(PROGRAM)))
  return Guest.start(module, { instantiate, host: policyHost(nodeHost(), grant) })
}

/** Starts the program with `@assemblyscript/loader`, which leaves strings to its caller. */
const byLoader = async (grant?: object): Promise<{ guest: GuestType; called: Called }> => {
  let called: Called | undefined
  const guest = await start(async (module, imports) => {
    const { instance, exports } = await loader.instantiate<Exports>(module, imports)
    const { __newString, __getString } = exports
    called = Object.assign(Object.create(exports), {
      greet: (name: string) => __getString(exports.greet(__newString(name))),
    })
    return instance.exports
  }, grant)
  if (called === undefined) throw new Error('the loader was not called')
  return { guest, called }
}

/** Starts the program with the bindings that asc made beside it. */
const byBindings = async (grant?: object): Promise<{ guest: GuestType; called: Called }> => {
  const { instantiate } = await import(String(await assemblyModule(PROGRAM)).replace(/wasm$/, 'js'))
  let called: Called | undefined
  const guest = await start(async (module, imports) => {
    const exports = await instantiate(module, imports)
    called = exports
    return exports
  }, grant)
  if (called === undefined) throw new Error('the bindings were not called')
  return { guest, called }
}

describe.each([
  ['the loader', byLoader],
  ['the bindings', byBindings],
])('through %s', (_name, begin) => {
  test('functions return, and what they start goes on in the loop', async () => {
    const { guest, called } = await begin({ listen: ['127.0.0.1:0'] })
    expect(called.greet('ünïcödé')).toBe('Hello, ünïcödé!')
    const port = called.listen()
    const socket = await connect(port)
    socket.write('echo')
    expect(String(await receive(socket, 4))).toBe('echo')
    called.start(1)
    socket.write('more')
    await receive(socket, 4)
    await soon(
      (async () => {
        while (called.timesFired() === 0) await new Promise((resolve) => setImmediate(resolve))
      })(),
      'the timer',
    )
    socket.destroy()
    called.end()
    expect(await soon(guest.exit, 'the end')).toBe(0)
  })

  test('without a grant, a function is refused like any other program', async () => {
    const { guest, called } = await begin()
    expect(called.listen()).toBe(-2)
    guest.terminate()
    expect(await soon(guest.outcome, 'the end')).toEqual({ kind: 'killed' })
    expect(() => called.listen()).toThrow(WebAssembly.RuntimeError)
  })
})

test('instantiate needs the driver pump', async () => {
  const module = await assemblyModule(PROGRAM)
  const instantiate: Instantiate = async (module, imports) => (await WebAssembly.instantiate(module, imports)).exports
  await expect(Guest.start(module, { instantiate, driver: 'worker' })).rejects.toThrow(
    /instantiate .* is not valid; give a function, and the driver 'pump'/,
  )
})
