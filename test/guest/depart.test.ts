/** The end of a guest directly after a write, and of its process: bytes that were reported as written arrive. */
import { beforeAll, expect, test } from '@jest/globals'
import { depart } from '../support/departure.js'
import { driver } from './support/built.js'
import { COMPILING, guestModule } from './support/uvcc.js'

beforeAll(() => guestModule('depart'), COMPILING)

/** @param then - the function that its process calls with the exit code */
const guest = async (bytes: number, driver: string, transport: string, then: string) => {
  const module = await guestModule('depart')
  return (target: string) => `
    const [address, port] = ${target}
    const guest = await Guest.start(new URL('${module.href}'), {
      driver: '${driver}',
      host: nodeHost({ transport: '${transport}' }),
      args: ['depart', address, String(port), '${bytes}'],
      onOutput: (_stream, bytes) => say(new TextDecoder().decode(bytes)),
    })
    ${then}(await guest.exit)
  `
}

test.each(['pump', driver])(
  'under %s, all bytes arrive when a guest and its process exit after a write',
  async (driver) => {
    expect(await depart('tcp', await guest(200_000, driver, 'handle', 'leave'))).toEqual({
      said: '0',
      received: 200_000,
    })
  },
)

test.each(['pump', driver])(
  'under %s, the process ends by itself after its guest has exited, before the peer reads',
  async (driver) => {
    expect(await depart('tcp', await guest(200_000, driver, 'handle', 'say'))).toEqual({ said: '0', received: 200_000 })
  },
)

test.each(['pump', driver])(
  "under %s, Node's public sockets send the last bytes after the guest's end",
  async (driver) => {
    expect(await depart('tcp', await guest(200_000, driver, 'net', 'say'))).toEqual({ said: '0', received: 200_000 })
  },
)
