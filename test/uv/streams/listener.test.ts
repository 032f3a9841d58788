/**
 * Calls that make no sense on a listening stream. Native libuv aborts at most of them; here they are refused, and the
 * stream listens on.
 */
import { expect, test } from '@jest/globals'
import { type Loop, TCP, UVError } from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { bytes, codeOf, overHosts } from '../../support/loops.js'

overHosts((lab) => {
  /** A listening handle. */
  const listener = (loop: Loop): TCP => {
    const server = new TCP({ loop })
    server.bind(['127.0.0.1', 0])
    server.listen(5)
    return server
  }

  const refuseAll = (server: TCP): void => {
    expect([server.readable, server.writable]).toEqual([false, false])
    expect(codeOf(() => server.write(bytes('x')))).toBe('EPIPE')
    expect(codeOf(() => server.tryWrite(bytes('x')))).toBe('EPIPE')
    expect(codeOf(() => server.readStart())).toBe('ENOTCONN')
    expect(codeOf(() => server.shutdown())).toBe('ENOTCONN')
  }

  /** Expects that it still accepts. */
  const serves = async (server: TCP): Promise<void> => {
    let accepted = 0
    server.onConnection = () => {
      accepted++
      void server.accept().close()
      void server.close()
    }
    const client = new TCP({ loop: server.loop })
    client.connect(server.sockname, () => void client.close())
    await lab.run(server.loop)
    expect(accepted).toBe(1)
  }

  test('a listener refuses to be read, written and shut down', async () => {
    const server = listener(await lab.open())
    refuseAll(server)
    await serves(server)
  })

  test('a listener refuses the same calls after a connect, which is refused too', async () => {
    const server = listener(await lab.open())
    expect(codeOf(() => server.connect(server.sockname))).toBe('EISCONN')
    refuseAll(server)
    await serves(server)
  })

  test('listen is refused after a connect that failed at once', async () => {
    const loop = await lab.open()
    const socket = new TCP({ loop })
    socket.bind(['127.0.0.1', 0])
    expect(() => socket.connect(['10.0.0.1', 1])).toThrow(UVError)
    const ended = expect(soon(socket.shutdown(), 'the shutdown')).rejects.toMatchObject({ code: 'ENOTCONN' })
    expect(codeOf(() => socket.listen())).toBe('EINVAL')
    await Promise.all([lab.run(loop), ended])
    void socket.close()
  })

  test('listening again while a connection waits keeps it waiting', async () => {
    const loop = await lab.open()
    const server = listener(loop)
    let told = 0
    const clients = [new TCP({ loop }), new TCP({ loop })]
    for (const client of clients) client.connect(server.sockname, () => void client.close())
    const takeBoth = (): void => {
      expect(told).toBe(1)
      server.onConnection = () => {
        told++
        void server.accept().close()
        void server.close()
      }
      void server.accept().close()
    }
    server.onConnection = () => {
      told++
      server.listen(7)
      // An iteration later, in which the second one could have been reported.
      loop.callLater(() => {
        server.listen(8)
        loop.callLater(takeBoth)
      })
    }
    await lab.run(loop)
    expect(told).toBe(2)
  })
})
