/** Mosquitto's broker and clients as guests, each with the native others. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { freePort } from '../support/free-port.js'
import { Process } from '../support/process.js'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

/** Who runs a client: a guest, or this machine. */
type Runner = (name: string, port: number, args: readonly string[]) => Process

describePrograms('mosquitto', (on) => {
  const folder = freshFolder()
  const guest: Runner = (name, port, args) =>
    startGuest(on, name, [`--allow-connect=127.0.0.1:${port}`, '--dir', `${folder()}:/work`], args)
  const native: Runner = (name, _port, args) => new Process(name, args)

  /** Starts a broker that accepts everything. */
  const startBroker = async (asGuest: boolean): Promise<{ broker: Process; port: number }> => {
    const port = await freePort()
    await writeFile(`${folder()}/broker.conf`, `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
    const broker = asGuest
      ? startGuest(
          on,
          'mosquitto',
          [`--allow-listen=127.0.0.1:${port}`, '--dir', `${folder()}:/work`],
          ['-v', '-c', '/work/broker.conf'],
        )
      : new Process('mosquitto', ['-v', '-c', `${folder()}/broker.conf`], {
          env: { PATH: `${process.env.PATH}:/usr/sbin` },
        })
    await broker.complains(/(mosquitto version \S+ running)/)
    return { broker, port }
  }

  /** A subscriber gets three messages, of which the last has many bytes. */
  const exchange = async (asGuest: boolean, subscribe: Runner, publish: Runner): Promise<void> => {
    const { broker, port } = await startBroker(asGuest)
    const address = ['-h', '127.0.0.1', '-p', `${port}`]
    const subscriber = subscribe('mosquitto_sub', port, [
      ...address,
      '-q',
      '1',
      '-t',
      'rooms/+',
      '-C',
      '3',
      '-F',
      '%t %l',
    ])
    await broker.complains(/(Sending SUBACK)/)
    const big = randomBytes(200_000).toString('hex')
    const words: readonly (readonly string[])[] = [
      ['-t', 'rooms/one', '-m', 'hello'],
      ['-t', 'rooms/two', '-q', '1', '-m', 'at least once'],
      ['-t', 'rooms/three', '-q', '2', '-s'],
    ]
    for (const [place, args] of words.entries()) {
      const publisher = publish('mosquitto_pub', port, [...address, ...args])
      publisher.child.stdin.end(place === 2 ? big : '')
      expect(await publisher.end).toMatchObject({ code: 0 })
    }
    const { code, output } = await subscriber.end
    expect(output).toBe('rooms/one 5\nrooms/two 13\nrooms/three 400000\n')
    expect(code).toBe(0)
  }

  test('the broker serves native clients', async () => {
    await exchange(true, native, native)
  })

  test('the clients use a native broker', async () => {
    await exchange(false, guest, guest)
  })

  test('the broker serves the clients', async () => {
    await exchange(true, guest, guest)
  })
})
