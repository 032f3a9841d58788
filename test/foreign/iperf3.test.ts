/** iperf3 as a guest, on one side of a measurement in each direction. */
import { expect, test } from '@jest/globals'
import { freePort } from '../support/free-port.js'
import { Process } from '../support/process.js'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

/** How much is sent from the client to the server. */
const BYTES = 50_000_000

/** How each direction is measured. In the second, iperf3 3.9 does not end after a number of bytes: natively neither. */
const DIRECTIONS = [
  ['-n', `${BYTES}`],
  ['-R', '-t', '1'],
]

describePrograms('iperf3', (on) => {
  const folder = freshFolder()
  const run = (asGuest: boolean, port: number, args: readonly string[]): Process => {
    const grants = [`--allow-listen=127.0.0.1:${port}`, `--allow-connect=127.0.0.1:${port}`]
    // It maps a file of random bytes.
    return asGuest
      ? startGuest(on, 'iperf3', [...grants, '--dir', `${folder()}:/tmp`], args)
      : new Process('iperf3', args)
  }

  const side = (guest: boolean): string => (guest ? 'a guest' : 'this machine')

  test.each([
    { server: true, client: false },
    { server: false, client: true },
    { server: true, client: true },
  ])('measures in both directions ($server, $client)', async ({ server, client }) => {
    for (const direction of DIRECTIONS) {
      const port = await freePort()
      const serving = run(server, port, ['-s', '-1', '-B', '127.0.0.1', '-p', `${port}`, '--forceflush'])
      await serving.says(/(Server listening)/)
      const args = ['-c', '127.0.0.1', '-p', `${port}`, '-J', ...direction]
      const { code, output, errors } = await run(client, port, args).end
      expect({ code, errors, of: side(client) }).toEqual({ code: 0, errors: '', of: side(client) })
      const { sum_sent: sent, sum_received: received } = JSON.parse(output).end
      // What is sent last may not have been received yet: as much as buffers take.
      if (direction.includes('-n')) expect(sent.bytes).toBeGreaterThanOrEqual(BYTES)
      expect(received.bytes).toBeGreaterThan(0.5 * BYTES)
      expect((await serving.end).code).toBe(0)
    }
  })
})
