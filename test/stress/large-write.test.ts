/**
 * Tests of more than 2 GiB, in one write and in many, from end to end. They run only with STRESS=1 (`make stress`),
 * since they take long.
 */
import { expect, test } from '@jest/globals'
import { within } from '../support/deadline.js'
import { connectPair, overHosts } from '../support/loops.js'

const PIECE = 2 ** 24
const PIECES = 132
const PATIENCE = 300_000

const full = process.env.STRESS === '1'

overHosts((lab) => {
  const inOne = (): Uint8Array[][] => [new Array<Uint8Array>(PIECES).fill(new Uint8Array(PIECE).fill(7))]
  const oneByOne = (): Uint8Array[][] => inOne().flatMap((list) => list.map((piece) => [piece]))

  ;(full ? test : test.skip).each([
    ['one write', inOne],
    ['many writes', oneByOne],
  ])(
    'more than 2 GiB arrive in %s',
    async (_name, lists) => {
      const loop = await lab.open()
      let received = 0
      let wrong = 0
      let written = 0
      connectPair(loop, (client, peer) => {
        for (const list of lists()) {
          client.write(list, (_request, status) => {
            if (status === 0) written += list.length * PIECE
          })
        }
        client.shutdown()
        peer.readStart((peer, status, data) => {
          received += data.length
          if (data.length > 0 && (data[0] !== 7 || data.at(-1) !== 7)) wrong++
          peer.recycle(data)
          if (status < 0) void loop.closeAllHandles()
        })
      })
      await within(loop.run(), PATIENCE, 'the loop to end')
      expect([written, received, wrong]).toEqual([PIECES * PIECE, PIECES * PIECE, 0])
    },
    PATIENCE + 30_000,
  )
})
