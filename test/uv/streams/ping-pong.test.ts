/** Two handles that exchange PING and PONG. */
import { expect, test } from '@jest/globals'
import { StatusCode, TCP } from '../../../src/index.js'
import { bytes, overHosts, text } from '../../support/loops.js'

const ROUNDS = 5

overHosts((lab) => {
  test.each([
    ['IPv4', '127.0.0.1'],
    ['IPv6', '::1'],
  ])('a server and a client exchange five messages each over %s', async (_name, host) => {
    const loop = await lab.open()
    let pings = 0
    let pongs = 0
    const server = new TCP({ loop })
    server.bind({ host, port: 0 })
    server.listen(5, (server) => {
      const peer = server.accept()
      let received = ''
      peer.write(bytes('PING'))
      peer.readStart((peer, status, data) => {
        expect(status).toBe(0)
        received += text(data)
        if (received !== 'PONG') return expect('PONG').toContain(received)
        received = ''
        pongs++
        if (pongs < ROUNDS) return void peer.write(bytes('PING'))
        peer.shutdown(() => void peer.close())
        void server.close()
      })
    })
    const client = new TCP({ loop })
    let received = ''
    client.connect(server.sockname)
    client.readStart((client, status, data) => {
      if (status === StatusCode.EOF) return void client.shutdown(() => void client.close())
      expect(status).toBe(0)
      received += text(data)
      if (received !== 'PING') return expect('PING').toContain(received)
      received = ''
      pings++
      client.write([bytes('PO'), bytes('NG')])
    })
    expect(await lab.run(loop)).toBe(false)
    expect([pings, pongs]).toEqual([ROUNDS, ROUNDS])
    expect([...loop.handles]).toEqual([])
  })
})
