/**
 * The end of a process, which waits for nothing: what was reported as written arrives all the same, and after the end
 * of a loop nothing keeps the process, whatever peers do. Here they do not read.
 */
import { describe, expect, test } from '@jest/globals'
import { tcpWrap } from '../../src/host/node/tcp-wrap.js'
import { depart, type Where } from '../support/departure.js'

const WAYS = (tcpWrap() === undefined ? ['net'] : ['handle', 'net']).flatMap((transport) => [
  { transport, where: 'tcp', kind: 'TCP' } as const,
  { transport, where: 'path', kind: 'Pipe' } as const,
])

describe.each(WAYS)('a $kind over the $transport transport', ({ transport, where, kind }) => {
  const host = `nodeHost({ transport: '${transport}' })`

  /** @param body - what the program does once `stream` is connected */
  const connected = (body: string) => (target: string) =>
    `
    const loop = await Loop.open({ host: ${host} })
    const stream = new ${kind}({ loop })
    const bytes = (length) => new Uint8Array(length)
    let reported = 0
    stream.connect(${target}, (_request, status) => {
      if (status < 0) throw new Error('cannot connect: ' + status)
      ${body}
    })
    await loop.run()
  `

  test('writes, gets the report and exits: all arrives', async () => {
    const { said, received } = await depart(
      where,
      connected(`
        for (const length of [1, 40_000, 60_000]) {
          stream.write([bytes(length - 1), bytes(1)], (_request, status) => {
            if (status === 0) reported += length
            if (length === 60_000) leave(reported)
          })
        }
      `),
    )
    expect([said, received]).toEqual(['100001', 100_001])
  })

  test('tries until there is no room, and exits: what was taken arrives, and no more', async () => {
    const { said, received } = await depart(
      where,
      connected(`
        try {
          for (;;) reported += stream.tryWrite(bytes(10_000))
        } catch (error) {
          leave(error.code + ' ' + reported)
        }
      `),
    )
    expect(said).toBe(`EAGAIN ${received}`)
    // Node's public sockets say later what the system took: they take nothing at once.
    if (transport === 'net' && kind === 'TCP') expect(received).toBe(0)
    else expect(received).toBeGreaterThan(50_000)
  })

  test('exits while a write waits: what was reported before it arrives', async () => {
    const { said, received } = await depart(
      where,
      connected(`
        stream.write(bytes(30_000), () => leave('reported'))
        stream.write(bytes(20_000_000), () => say('reported, too'))
      `),
    )
    expect(said).toBe('reported')
    expect(received).toBeGreaterThanOrEqual(30_000)
    expect(received).toBeLessThan(20_030_000)
  })

  test.each([
    ['is closed', 'void stream.close()'],
    ['is disposed of with its loop', 'void loop[Symbol.asyncDispose]()'],
  ])('%s while a write waits: the process ends by itself, before its peer reads', async (_how, ending) => {
    const { said } = await depart(
      where,
      connected(`
        stream.write(bytes(20_000_000), (_request, status) => say(status < 0 ? 'cancelled ' : 'reported '))
        stream.write(bytes(0), () => {})
        ${ending}
        process.on('exit', () => say('by itself'))
      `),
    )
    expect(said).toBe('cancelled by itself')
  })
})

describe.each(['handle', 'net'])('a socket of libuv-wasm/net over the %s transport', (transport) => {
  const connected = (body: string) => (target: string) =>
    `
    const loop = await Loop.open({ host: nodeHost({ transport: '${transport}' }) })
    const { connect } = createNet({ loop })
    const target = ${target}
    const socket = typeof target === 'string' ? connect(target) : connect(target[1], target[0])
    socket.on('connect', () => {
      ${body}
    })
    await loop.run()
  `

  test.each<Where>(['tcp', 'path'])('writes, gets the report and exits: all arrives, by %s', async (where) => {
    const { said, received } = await depart(
      where,
      connected(`
        let reported = 0
        for (const length of [1, 40_000, 60_000]) {
          socket.write(new Uint8Array(length), (error) => {
            if (error == null) reported += length
            if (length === 60_000) leave(reported)
          })
        }
      `),
    )
    expect([said, received]).toEqual(['100001', 100_001])
  })

  test.each<Where>(['tcp', 'path'])(
    'is destroyed while a write waits: the process ends by itself, by %s',
    async (where) => {
      const { said } = await depart(
        where,
        connected(`
        socket.write(new Uint8Array(20_000_000))
        socket.destroy()
        process.on('exit', () => say('by itself'))
      `),
      )
      expect(said).toBe('by itself')
    },
  )
})
