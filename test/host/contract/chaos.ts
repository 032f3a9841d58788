/** Tests of connections whose two ends act at random: no byte is invented, reordered, or lost without a report. */
import { describe, expect } from '../../support/harness.js'
import { type Random, seeded } from '../../support/random.js'
import { type ContractOptions, contract, type Lab, type MakeHost } from './lab.js'
import type { Socket } from './socket.js'

/** How many connections are tested: in batches, so that many are open at the same time. */
const BATCHES = 4
const PAIRS = 12

/** How an end closes its connection. */
type Leave = 'polite' | 'close' | 'reset'

/** Runs one end: some random calls, then the close. @returns what it wrote */
async function live(socket: Socket, lab: Lab, random: Random, leave: Leave): Promise<Buffer> {
  const written: Uint8Array[] = []
  for (let acts = random.int(0, 30); acts > 0 && !socket.over; acts--) {
    switch (random.int(0, 5)) {
      case 0:
        socket.readStart()
        break
      case 1:
        socket.readStop()
        break
      case 2:
      case 3: {
        const list = Array.from({ length: random.int(1, 4) }, () =>
          random.bytes(random.int(0, random.chance(0.1) ? 400_000 : 3_000)),
        )
        written.push(...list)
        if (random.chance(0.5)) socket.writev(list)
        else for (const data of list) socket.write(data)
        break
      }
      default:
        await lab.turn()
    }
  }
  if (socket.over) return Buffer.concat(written)
  if (leave === 'reset') socket.reset()
  else if (leave === 'close') socket.close()
  else {
    socket.shutdown()
    socket.readStart()
    await socket.ended()
  }
  return Buffer.concat(written)
}

/** Runs both ends, then compares what each received with what the other wrote. */
async function tryPair(lab: Lab, client: Socket, server: Socket, random: Random, canReset: boolean): Promise<void> {
  const leaves: [Leave, ...Leave[]] = canReset ? ['polite', 'polite', 'close', 'reset'] : ['polite', 'polite', 'close']
  const [left, right] = [random.pick(leaves), random.pick(leaves)]
  const [there, back] = await Promise.all([live(client, lab, random, left), live(server, lab, random, right)])
  for (const [wrote, got] of [
    [there, server],
    [back, client],
  ] as const) {
    if (!got.bytes.equals(wrote.subarray(0, got.received))) throw new Error('the received bytes are not the sent ones')
    const politeBoth = left === 'polite' && right === 'polite'
    if (politeBoth && got.received !== wrote.length) throw new Error(`${got.received} of ${wrote.length} bytes came`)
    if (politeBoth) expect(got.events.at(-1)).toMatch(/^(end|drain)$/)
  }
}

/** Registers the test of random connections. */
export function chaosContract(make: MakeHost, options?: ContractOptions): void {
  describe('chaos', () => {
    const { test } = contract(make, options)

    test(`${BATCHES * PAIRS} connections deliver all bytes in order while their ends act at random`, async (lab) => {
      const random = seeded('chaos')
      const listener = lab.listen()
      for (let batch = 0; batch < BATCHES; batch++) {
        const pairs: { client: Socket; server: Socket }[] = []
        for (let count = 0; count < PAIRS; count++) pairs.push(await lab.pair(listener))
        await Promise.all(
          pairs.map(({ client, server }) =>
            tryPair(lab, client, server, random, options?.refuses?.reset === undefined),
          ),
        )
      }
    })
  })
}
