/** A program to record: an echo server and its client, with a timer, a lookup and a message. */
import { type Host, Loop, StatusCode, TCP, Timer, UDP } from '../../../src/index.js'
import { compileModule } from '../../../src/runtime/module.js'
import { bytes, text } from '../../support/loops.js'

const module = compileModule(new URL('../../../wasm/build/debug/libuv.wasm', import.meta.url))

/** What may be different in a second run. */
export interface Variant {
  /** What the client sends. */
  readonly sends?: readonly string[]
  /** How long the client waits before it ends, in milliseconds. */
  readonly waits?: number
}

const EXCHANGED = ['hello', 'x'.repeat(2000), 'x'.repeat(2000)]

/** Runs the program over a host. @returns what it has observed */
export async function echo(host: Host, { sends = EXCHANGED, waits = 5 }: Variant = {}): Promise<string[]> {
  const seen: string[] = []
  await using loop = await Loop.open({ host, module: await module })
  const server = new TCP({ loop })
  server.bind(['127.0.0.1', 0])
  server.listen(8, () => {
    const peer = server.accept()
    seen.push(`accepted ${peer.peername.port}`)
    peer.readStart((_peer, status, data) => {
      if (status === StatusCode.SUCCESS) peer.write(data)
      else void peer.close()
    })
  })
  const socket = new UDP({ loop })
  socket.bind(['127.0.0.1', 0])
  socket.recvStart((_socket, _status, data) => {
    seen.push(`message ${text(data ?? bytes('none'))}`)
    void socket.close()
  })
  socket.send(bytes('datagram'), socket.sockname)
  const client = async (): Promise<void> => {
    seen.push(...(await loop.lookup('localhost', { family: 'ipv4' })).map(({ host }) => host))
    const stream = new TCP({ loop })
    await stream.connect(server.sockname)
    // What follows an await is done between events.
    for (const sent of sends) {
      await stream.write(bytes(sent))
      seen.push(`answer ${(await answer(stream, sent.length)).slice(0, 8)}`)
    }
    await stream.close()
    const timer = new Timer({ loop })
    await new Promise<void>((resolve) => timer.start(waits, 0, () => resolve()))
    seen.push(`waited until ${loop.now}`)
    await timer.close()
    await server.close()
  }
  await Promise.all([client(), loop.run()])
  return seen
}

const answer = (stream: TCP, length: number): Promise<string> =>
  new Promise((resolve) => {
    let got = ''
    stream.readStart((_stream, _status, data) => {
      got += text(data ?? bytes(''))
      if (got.length < length) return
      stream.readStop()
      resolve(got)
    })
  })
