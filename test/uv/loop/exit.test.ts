/**
 * The exit of a process, which waits for nothing: bytes that were reported as written arrive nevertheless, and after
 * the end of a loop nothing keeps the process alive, even when peers do not read, like here.
 */
import { describe, expect, test } from '@jest/globals'
import { tcpWrap } from '../../../src/host/node/tcp-wrap.js'
import { depart, type Where } from '../../support/departure.js'

const WAYS = (tcpWrap() === undefined ? ['net'] : ['handle', 'net']).flatMap((transport) => [
  { transport, where: 'tcp', kind: 'TCP' } as const,
  { transport, where: 'path', kind: 'Pipe' } as const,
])

describe.each(WAYS)('a process with a $kind over the $transport transport', ({ transport, where, kind }) => {
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

  test('delivers all reported bytes when it exits after the report', async () => {
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

  test('delivers exactly the bytes that tryWrite accepted before it exits', async () => {
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
    // Node's public sockets report only later what the system took, so tryWrite accepts nothing.
    if (transport === 'net' && kind === 'TCP') expect(received).toBe(0)
    else expect(received).toBeGreaterThan(50_000)
  })

  test('delivers the reported bytes when it exits while another write waits', async () => {
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
    ['closing the stream', 'void stream.close()'],
    ['disposing of the loop', 'void loop[Symbol.asyncDispose]()'],
  ])('exits by itself after %s while a write waits, before the peer reads', async (_how, ending) => {
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

describe.each(['handle', 'net'])('a process with a socket of libuv-wasm/net over the %s transport', (transport) => {
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

  test.each<Where>(['tcp', 'path'])(
    'delivers all reported bytes by %s when it exits after the report',
    async (where) => {
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
    },
  )

  test.each<Where>(['tcp', 'path'])(
    'exits by itself after its %s socket is destroyed while a write waits',
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
