/**
 * Tests with a thousand connections at once: each echoes, all disconnect, nothing is left open, and the process ends by
 * itself.
 */
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { within } from '../support/deadline.js'
import { type Server, startServer } from '../support/programs.js'
import { seeded } from '../support/random.js'

const COUNT = 1_000

/** Milliseconds for each step of all. */
const PATIENCE = 30_000

const join = ({ host, port }: Server): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket))
    socket.once('error', reject)
  })

/** Sends `word`. @returns as many bytes of the echo */
const echo = (socket: Socket, word: Uint8Array): Promise<Buffer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer): void => {
      chunks.push(chunk)
      length += chunk.length
      if (length < word.length) return
      socket.off('data', take)
      resolve(Buffer.concat(chunks))
    }
    socket.on('data', take)
    socket.write(word)
  })

const leave = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve())
    socket.end()
  })

const all = <T>(list: readonly T[], step: (one: T, index: number) => Promise<unknown>, what: string) =>
  within(Promise.all(list.map(step)), PATIENCE, what)

test(
  `a server echoes ${COUNT} clients of another program at once and leaves nothing open`,
  async () => {
    const server = await startServer(process.execPath, ['test/stress/programs/crowd.mjs', String(COUNT), 'foreign'])
    const random = seeded('crowd')
    const words = Array.from({ length: COUNT }, () => random.bytes(random.int(1, 2_000)))
    const sockets = await within(Promise.all(words.map(() => join(server))), PATIENCE, `${COUNT} connections`)
    for (const round of ['first', 'second']) {
      const echoes = await within(
        Promise.all(sockets.map((socket, index) => echo(socket, words[index] ?? new Uint8Array()))),
        PATIENCE,
        `every ${round} echo`,
      )
      expect(echoes.filter((bytes, index) => !bytes.equals(words[index] ?? new Uint8Array()))).toEqual([])
    }
    await all(sockets, leave, 'all to leave')
    expectNothingLeft(await within(server.program.ended, PATIENCE, 'the process to end by itself'))
  },
  4 * PATIENCE,
)

test(
  `a server echoes ${COUNT} clients on its own loop and leaves nothing open`,
  async () => {
    const server = await startServer(process.execPath, ['test/stress/programs/crowd.mjs', String(COUNT), 'own'])
    expectNothingLeft(await within(server.program.ended, PATIENCE, 'the process to end by itself'))
  },
  2 * PATIENCE,
)

function expectNothingLeft({ code, stdout, stderr }: { code: number | null; stdout: string; stderr: string }): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const report = JSON.parse(stdout.split('\n')[1] ?? '')
  process.stderr.write(`${stdout.split('\n')[1]}\n`)
  expect(report).toMatchObject({
    most: COUNT,
    left: { handles: 0, descriptors: 0, heapBlocks: 0, memory: 0 },
    sockets: 0,
    active: [],
  })
}
