/** Ctrl-C and SIGTERM at the command: a server's own handler runs, its port is free, and the exit code is its own. */
import { once } from 'node:events'
import net from 'node:net'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { Command, killAll } from './command.js'

let program = ''
beforeAll(async () => {
  program = fileURLToPath(await guestModule('stopped'))
}, COMPILING)
killAll()

const DRIVERS = WebAssembly.Suspending === undefined ? ['worker'] : ['worker', 'jspi']

const isFree = async (port: number): Promise<boolean> => {
  const server = net.createServer()
  await once(server.listen(port, '127.0.0.1'), 'listening')
  server.close()
  return true
}

describe.each([
  ...DRIVERS.flatMap((driver) => [
    ['loop', driver, 'watched'] as const,
    ['accept', driver, 'accepted'] as const,
    ['poll', driver, 'polled'] as const,
  ]),
  ['pumped', 'pump', 'watched'] as const,
])('a server that waits by %s, under the driver %s', (how, driver, word) => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (name) => {
    const server = new Command('run', '--allow-net', '--driver', driver, program, '--', how)
    const port = Number(await server.says(/port (\d+)/))
    server.child.kill(name)
    const { code, signal, output } = await server.end
    expect([code, signal]).toEqual([7, null])
    expect(output).toMatch(`${word} ${constants.signals[name]}\n`)
    expect(await isFree(port)).toBe(true)
  })
})
