/** Running out of descriptors: each call reports it, no peer waits for ever, and existing connections work on. */
import { expect, test } from '@jest/globals'
import { StatusCode, TCP, Timer } from '../../../src/index.js'
import { bytes, codeOf, overHosts, text } from '../../support/loops.js'

overHosts((lab) => {
  test('calls fail with EMFILE at the limit of descriptors, until one is closed', async () => {
    const loop = await lab.open({ maxDescriptors: 8 })
    const server = new TCP({ loop })
    server.listen(1, () => {})
    const address = { host: '127.0.0.1', port: server.sockname.port }
    const held: TCP[] = []
    expect(
      codeOf(() => {
        for (;;) held.push(new TCP({ loop, family: 'ipv4' }))
      }),
    ).toBe('EMFILE')
    expect(held.length).toBeGreaterThan(0)
    const late = new TCP({ loop })
    expect(codeOf(() => late.connect(address))).toBe('EMFILE')
    expect(codeOf(() => late.bind(['127.0.0.1', 0]))).toBe('EMFILE')
    expect(codeOf(() => late.listen())).toBe('EMFILE')
    expect(codeOf(() => TCP.pair(loop))).toBe('EMFILE')
    void held[0]?.close(() => {
      late.bind(['127.0.0.1', 0])
      expect(late.sockname.port).toBeGreaterThan(0)
      void loop.closeAllHandles()
    })
    expect(await lab.run(loop)).toBe(false)
  })

  test('the smallest limit of descriptors is enough for a loop and a handle', async () => {
    const loop = await lab.open({ maxDescriptors: 4 })
    expect(new TCP({ loop, family: 'ipv4' }).fileno()).toBeGreaterThan(0)
    expect(codeOf(() => new TCP({ loop, family: 'ipv4' }))).toBe('EMFILE')
  })

  test('a server without free descriptors ends new connections, serves the others, and does not spin', async () => {
    const [loop, clients] = [await lab.open({ maxDescriptors: 8 }), await lab.open()]
    let accepted = 0
    const server = new TCP({ loop })
    server.listen(128, (server) => {
      accepted++
      server.accept().readStart((peer, status, data) => {
        if (status < 0) void peer.close()
        else peer.write(data)
      })
    })
    const { port } = server.sockname
    let answers = 0
    let ends = 0
    const COUNT = 12
    for (let n = 0; n < COUNT; n++) {
      const client = new TCP({ loop: clients })
      client.connect(['127.0.0.1', port], (_request, status) => {
        expect(status).toBe(0)
        client.write(bytes('hello'), () => {})
        client.readStart((client, status, data) => {
          if (status < 0) {
            expect([StatusCode.EOF, StatusCode.ECONNRESET, StatusCode.EPIPE]).toContain(status)
            ends++
            void client.close()
          } else if (text(data) === 'hello') answers++
          if (answers + ends === COUNT) measure()
        })
      })
    }
    const measure = (): void => {
      expect(answers).toBe(accepted)
      const { loopCount } = loop.metrics
      new Timer({ loop: clients }).start(20, 0, () => {
        expect(loop.metrics.loopCount - loopCount).toBeLessThan(20)
        void clients.closeAllHandles()
        void loop.closeAllHandles()
      })
    }
    await Promise.all([lab.run(loop), lab.run(clients)])
    expect(accepted).toBeGreaterThan(0)
    expect(ends).toBeGreaterThan(0)
  })
})
