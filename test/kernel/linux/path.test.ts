/**
 * Compares Unix sockets of a host with those of this machine's Linux, call by call (linux-unix.c): for paths of this
 * machine and for those of a virtual network. A host reports a connection later, so the final outcomes of the calls are
 * compared.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Host } from '../../../src/host/contract/host.js'
import { nodeHost } from '../../../src/host/node.js'
import { virtualHost } from '../../../src/host/virtual.js'
import { type Answer, c, Machine } from '../support/machine.js'
import { unixAddress, unixBound, unixListener } from '../support/unix.js'
import { expectedOf, type LinuxDifferences, linuxAnswers } from './compile.js'

/** A machine, and a folder for its names. */
interface Place {
  readonly machine: Machine<Host>
  at(name: string): string
}

type State = (place: Place, server: number) => number | Promise<number>
type Call = (place: Place, fd: number) => Answer | string | Promise<Answer | string>

/** Connects, and waits for the outcome. */
const connect = async ({ machine, at }: Place, fd: number, name: string): Promise<Answer> => {
  const answer = machine.connect(fd, unixAddress(at(name)))
  if (answer !== 'EINPROGRESS') return answer
  await machine.until(() => machine.poll(fd) !== '', `an outcome of ${name}`)
  return machine.error(fd)
}
const client = async (place: Place, name: string): Promise<number> => {
  const fd = place.machine.socket('unix')
  expect(await connect(place, fd, name)).toBe(0)
  return fd
}
const accept = async ({ machine }: Place, server: number): Promise<number> => {
  await machine.until(() => machine.poll(server).includes('I'), 'a connection')
  return Number(machine.accept(server))
}
/** A client with an accepted peer that was closed. */
const ended = async (place: Place, server: number, unread = ''): Promise<number> => {
  const { machine } = place
  const fd = await client(place, 'server')
  if (unread !== '') machine.write(fd, unread)
  machine.os.close(await accept(place, server))
  await machine.until(() => machine.poll(fd).includes('I'), 'the end')
  return fd
}

const STATES: Readonly<Record<string, State>> = {
  unbound: ({ machine }) => machine.socket('unix'),
  bound: ({ machine, at }) => unixBound(machine, at('mine')),
  listening: ({ machine, at }) => unixListener(machine, at('mine')),
  connected: (place) => client(place, 'server'),
  accepted: async (place, server) => {
    await client(place, 'server')
    return accept(place, server)
  },
  ended,
  reset: (place, server) => ended(place, server, 'unread'),
}

const CALLS: Readonly<Record<string, Call>> = {
  bind: ({ machine, at }, fd) => machine.bind(fd, unixAddress(at('other'))),
  autobind: ({ machine }, fd) => machine.bind(fd, unixAddress('')),
  listen: ({ machine }, fd) => machine.os.listen(fd, 5),
  accept: ({ machine }, fd) => machine.accept(fd),
  connect: (place, fd) => connect(place, fd, 'server'),
  getpeername: ({ machine }, fd) => machine.os.getpeername(fd, machine.alloc(128), machine.int(128)),
  // At the end the text is empty; C returns 0.
  read: ({ machine }, fd) => machine.read(fd) || 0,
  write: ({ machine }, fd) => machine.write(fd, 'x'),
  shutdown: ({ machine }, fd) => machine.os.shutdown(fd, c.SHUT_WR),
  error: ({ machine }, fd) => machine.error(fd),
  poll: ({ machine }, fd) => machine.poll(fd),
}

/** The outcome for a new socket that connects `to` a name, or is bound `at` one. */
const CASES: Readonly<Record<string, Call>> = {
  'to nobody': (place, fd) => connect(place, fd, 'other'),
  'to bound': (place, fd) => {
    unixBound(place.machine, place.at('mine'))
    return connect(place, fd, 'mine')
  },
  'to unlinked': (place, fd) => {
    const { machine, at } = place
    unixListener(machine, at('mine'))
    machine.os.unlink(machine.put(at('mine')), at('mine').length)
    return connect(place, fd, 'mine')
  },
  'to no-name': ({ machine }, fd) => machine.connect(fd, unixAddress('')),
  'at taken': ({ machine, at }, fd) => {
    unixBound(machine, at('mine'))
    return machine.bind(fd, unixAddress(at('mine')))
  },
  'at unlinked': ({ machine, at }, fd) => {
    unixBound(machine, at('mine'))
    machine.os.unlink(machine.put(at('mine')), at('mine').length)
    return machine.bind(fd, unixAddress(at('mine')))
  },
}

const NAMELESS = {
  linux: '0',
  ours: 'EINVAL',
  why: 'a host cannot name a connection later; Linux names the socket',
}

/** The differences for both kinds of hosts. */
const DIFFERENCES: LinuxDifferences = {
  'connected autobind': NAMELESS,
  'connected bind': NAMELESS,
  'ended autobind': NAMELESS,
  'ended bind': NAMELESS,
  'reset autobind': NAMELESS,
  'reset bind': NAMELESS,
  'ended poll': { linux: 'IOHR', ours: 'IOR', why: 'a host reports the end, not whether its peer would still read' },
  'reset write': { linux: 'EPIPE', ours: 'ECONNRESET', why: 'the first call returns the error, like for TCP' },
}

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The outcome of a call in a folder of its own. */
async function inPlace(host: Host, act: (place: Place) => Promise<Answer | string>): Promise<string> {
  const release = host.keepAlive()
  const machine = new Machine({ host })
  const inside = mkdtempSync(join(folder, 'place-'))
  try {
    return String(await act({ machine, at: (name) => join(inside, name) }))
  } finally {
    machine.kernel.closeAll()
    release()
  }
}

describe.each([
  ['this machine', () => nodeHost()],
  ['a virtual network', () => virtualHost()],
])('a Unix socket on %s', (_name, host) => {
  if (process.platform !== 'linux') {
    test('is compared only on Linux', () => {
      expect(process.platform).not.toBe('linux')
    })
    return
  }

  test('gives the results of Linux for every call in every state, except known differences', async () => {
    const ours: Record<string, string> = {}
    for (const [state, make] of Object.entries(STATES)) {
      for (const [name, call] of Object.entries(CALLS)) {
        ours[`${state} ${name}`] = await inPlace(host(), async (place) => {
          const server = unixListener(place.machine, place.at('server'))
          return call(place, await make(place, server))
        })
      }
    }
    for (const [name, call] of Object.entries(CASES)) {
      ours[name] = await inPlace(host(), async (place) => call(place, place.machine.socket('unix')))
    }
    const linux = [...linuxAnswers('linux-unix')].filter(([name]) => name in ours)
    expect(linux.length).toBe(Object.keys(ours).length)
    expect(ours).toEqual(expectedOf(new Map(linux), DIFFERENCES))
  })
})
