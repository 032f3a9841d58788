/** Wrong input gets a typed error that names the value and the remedy; the loop works on. */
import { expect, test } from '@jest/globals'
import { Async, Check, Idle, Loop, Prepare, TCP, TCPFlags, Timer, UVError, virtualHost } from '../../../src/index.js'
import { bytes, codeOf, connectPair, overHosts, text } from '../../support/loops.js'

/** A value of any type, like a caller without type checks may pass. */
const wrong = <T>(value: unknown): T => value as T

/** A wrong call, and the texts that the error's message must contain: the value, and the remedy. */
type Row = readonly [what: string, call: (loop: Loop, tcp: TCP) => unknown, value: string, remedy: string]

const local = (port: unknown): { host: string; port: number } => ({ host: '127.0.0.1', port: wrong(port) })

const ROWS: readonly Row[] = [
  ['a port of 70000', (_, tcp) => tcp.bind(local(70_000)), 'port 70000', 'from 0 to 65535'],
  ['a port of -1', (_, tcp) => tcp.connect(local(-1)), 'port -1', 'from 0 to 65535'],
  ['a port of 1.5', (_, tcp) => tcp.bind(['127.0.0.1', 1.5]), 'port 1.5', 'whole number'],
  ['a port of NaN', (_, tcp) => tcp.connect(['127.0.0.1', Number.NaN]), 'port NaN', 'whole number'],
  ['a port in text', (_, tcp) => tcp.bind(local('80')), 'port "80"', 'whole number'],
  ['no port', (_, tcp) => tcp.bind(wrong({ host: '::1' })), 'port undefined', 'from 0 to 65535'],
  ['no host name', (_, tcp) => tcp.connect(['two words', 80]), '"two words"', 'example.com'],
  ['a host name to bind to', (_, tcp) => tcp.bind(['localhost', 80]), '"localhost"', 'lookup'],
  ['an empty host', (_, tcp) => tcp.bind(['', 0]), '""', 'IP address'],
  ['a host with a port', (_, tcp) => tcp.bind(['127.0.0.1:80', 0]), '"127.0.0.1:80"', 'IP address'],
  ['a host in brackets', (_, tcp) => tcp.bind(['[::1]', 0]), '"[::1]"', 'IP address'],
  ['a host of five parts', (_, tcp) => tcp.bind(['1.2.3.4.5', 0]), '"1.2.3.4.5"', 'IP address'],
  ['a host with a NUL', (_, tcp) => tcp.bind(['127.0.0.1\0x', 0]), '127.0.0.1', 'IP address'],
  ['a host of a megabyte', (_, tcp) => tcp.bind(['1'.repeat(1_000_000), 0]), '"111', 'IP address'],
  ['a host that is a number', (_, tcp) => tcp.bind([wrong(2_130_706_433), 0]), 'host 2130706433', 'string'],
  ['an address in text', (_, tcp) => tcp.bind(wrong('127.0.0.1:80')), '"127.0.0.1:80"', 'host:'],
  ['no address', (_, tcp) => tcp.connect(wrong(undefined)), 'undefined', 'host:'],
  ['null for an address', (_, tcp) => tcp.bind(wrong(null)), 'null', 'host:'],
  ['another family', (_, tcp) => tcp.bind({ family: 'ipv6', ...local(0) }), '"127.0.0.1"', 'ipv6'],
  ['an unknown family', (_, tcp) => tcp.bind({ family: wrong('unix'), ...local(0) }), '"unix"', "'ipv4'"],
  ['a negative flowInfo', (_, tcp) => tcp.bind(['::1', 0, -1]), 'flowInfo -1', 'from 0'],
  ['a scopeId of 2^32', (_, tcp) => tcp.bind(['::1', 0, 0, 2 ** 32]), 'scopeId 4294967296', 'from 0'],
  ['unknown bind flags', (_, tcp) => tcp.bind(['::1', 0], 4), 'flags 4', 'from 0 to 3'],
  ['IPV6ONLY in text', (_, tcp) => tcp.bind(['::1', 0], wrong('IPV6ONLY')), '"IPV6ONLY"', 'whole number'],
  ['a backlog of -1', (_, tcp) => tcp.listen(-1), 'backlog -1', 'from 1'],
  ['a backlog of 0', (_, tcp) => tcp.listen(0), 'backlog 0', 'from 1'],
  ['a callback for a backlog', (_, tcp) => tcp.listen(wrong(() => {})), 'backlog a function', 'whole number'],
  ['no function to listen', (_, tcp) => tcp.listen(1, wrong('onConnection')), '"onConnection"', 'function'],
  ['no function to connect', (_, tcp) => tcp.connect(local(1), wrong(7)), 'onConnect 7', 'function'],
  ['no function to read', (_, tcp) => tcp.readStart(wrong({})), 'onRead a Object', 'function'],
  ['no function to write', (_, tcp) => tcp.write(bytes('x'), wrong(true)), 'onWrite true', 'function'],
  ['no function to shut down', (_, tcp) => tcp.shutdown(wrong(null)), 'onShutdown null', 'function'],
  ['no function to close', (_, tcp) => tcp.close(wrong('now')), 'onClosed "now"', 'function'],
  ['no function to reset', (_, tcp) => tcp.closeReset(wrong(1)), 'onClosed 1', 'function'],
  ['an empty list of buffers', (_, tcp) => tcp.write([]), 'empty', 'at least one'],
  ['an empty list to tryWrite', (_, tcp) => tcp.tryWrite([]), 'empty', 'at least one'],
  ['text to write', (_, tcp) => tcp.write(wrong('hello')), '"hello"', 'Uint8Array'],
  ['text in a list', (_, tcp) => tcp.write(wrong([bytes('x'), 'hello'])), '"hello"', 'Uint8Array'],
  ['undefined in a list', (_, tcp) => tcp.write(wrong([undefined])), 'undefined', 'Uint8Array'],
  ['a hole in a list', (_, tcp) => tcp.tryWrite(new Array(2)), 'undefined', 'Uint8Array'],
  ['a list of numbers', (_, tcp) => tcp.write(wrong([1, 2, 3])), '1 in', 'Uint8Array'],
  ['an ArrayBuffer', (_, tcp) => tcp.write(wrong(new ArrayBuffer(4))), 'ArrayBuffer', 'Uint8Array'],
  ['a Uint16Array', (_, tcp) => tcp.tryWrite(wrong(new Uint16Array(4))), 'Uint16Array', 'Uint8Array'],
  ['nothing to write', (_, tcp) => tcp.write(wrong(undefined)), 'undefined', 'Uint8Array'],
  ['a keep-alive delay of 0', (_, tcp) => tcp.setKeepAlive(true, 0), 'delay 0', 'from 1 to 32767'],
  ['a keep-alive delay of a day', (_, tcp) => tcp.setKeepAlive(true, 86_400), 'delay 86400', 'from 1 to 32767'],
  ['a descriptor of -1', (_, tcp) => tcp.open(-1), 'fd -1', 'from 0'],
  ['a handle for a descriptor', (_, tcp) => tcp.open(wrong(tcp)), 'fd a TCP', 'whole number'],
  ['a buffer size of 0', (_, tcp) => Reflect.set(tcp, 'sendBufferSize', 0), 'sendBufferSize 0', 'from 1'],
  ['a buffer size in text', (_, tcp) => Reflect.set(tcp, 'receiveBufferSize', '1k'), '"1k"', 'whole number'],
  ['a handle for a loop', (_, tcp) => new TCP({ loop: wrong(tcp) }), 'loop a TCP', 'Loop'],
  ['null for a loop', () => new Timer({ loop: wrong(null) }), 'loop null', 'Loop'],
  ['a loop for options', (loop) => new TCP(wrong(loop)), 'a Loop', '{ loop }'],
  ['null for options', () => new Idle(wrong(null)), 'null', '{ loop }'],
  ['text for options', () => new Timer(wrong('timer')), '"timer"', '{ loop }'],
  ['an unknown family for a handle', (loop) => new TCP({ loop, family: wrong('unix') }), '"unix"', "'ipv4'"],
  ['flags out of range', (loop) => new TCP({ loop, flags: -1 }), 'flags -1', 'family'],
  ['TCPFlags for a socket domain', (loop) => new TCP({ loop, flags: TCPFlags.IPV6ONLY }), 'flags 1', 'family'],
  ['no function for onRead', (loop) => new TCP({ loop, onRead: wrong(1) }), 'onRead 1', 'function'],
  ['no function for onConnection', (loop) => new TCP({ loop, onConnection: wrong(1) }), 'onConnection 1', 'function'],
  ['no function for a timer', (loop) => new Timer({ loop, onTimeout: wrong(1) }), 'onTimeout 1', 'function'],
  ['no function for an async handle', (loop) => new Async({ loop, onWakeup: wrong(1) }), 'onWakeup 1', 'function'],
  ['no function for an idle handle', (loop) => new Idle({ loop }).start(wrong(1)), 'onIdle 1', 'function'],
  ['no function for a prepare handle', (loop) => new Prepare({ loop }).start(wrong(1)), 'onPrepare 1', 'function'],
  ['no function for a check handle', (loop) => new Check({ loop }).start(wrong(1)), 'onCheck 1', 'function'],
  ['no function for later', (loop) => loop.callLater(wrong('soon')), '"soon"', 'function'],
  ['a time of -1', (loop) => new Timer({ loop }).start(-1), 'timeout -1', 'milliseconds'],
  ['a time of NaN', (loop) => new Timer({ loop }).start(Number.NaN), 'timeout NaN', 'milliseconds'],
  ['an endless time', (loop) => new Timer({ loop }).start(Infinity), 'timeout Infinity', 'milliseconds'],
  ['a time in text', (loop) => new Timer({ loop }).start(wrong('5')), 'timeout "5"', 'milliseconds'],
  ['a repeat of -1', (loop) => new Timer({ loop }).start(1, -1), 'repeat -1', 'milliseconds'],
  ['a repeat that is set to text', (loop) => Reflect.set(new Timer({ loop }), 'repeat', 'x'), '"x"', 'milliseconds'],
]

overHosts((lab) => {
  test('every wrong input throws an ArgumentError, and the connection works on', async () => {
    const loop = await lab.open()
    let received = ''
    connectPair(loop, (client, peer) => {
      peer.readStart((peer, status, data) => {
        if (status < 0) return void peer.close()
        received += text(data)
      })
      expect(ROWS.map(([what, call]) => [what, thrown(() => call(loop, client))])).toMatchObject(
        ROWS.map(([what, , value, remedy]) => [
          what,
          { name: 'ArgumentError', code: 'EINVAL', message: containing(value, remedy) },
        ]),
      )
      expect([client.closing, client.writeQueueSize]).toEqual([false, 0])
      client.write(bytes('still here'))
      client.shutdown(() => void client.close())
    })
    await lab.run(loop)
    expect(received).toBe('still here')
  })

  test('a subclass that ignores the loop option cannot accept a connection', async () => {
    const [loop, other] = [await lab.open(), await lab.open()]
    class Stray extends TCP {
      constructor(_options?: object) {
        super({ loop: Stray.home })
      }
      static home = loop
    }
    const server = new Stray()
    const refusals: unknown[] = []
    server.listen(1, (server) => {
      Stray.home = other
      refusals.push(thrown(() => server.accept()))
      Stray.home = loop
      // The connection still waits to be accepted.
      void server.accept().close()
      void server.close()
    })
    const client = new TCP({ loop })
    client.connect(['127.0.0.1', server.sockname.port], () => void client.close())
    await lab.run(loop)
    expect(refusals).toMatchObject([
      { name: 'ArgumentError', message: containing('Stray', '{ loop }'), syscall: 'accept' },
    ])
  })

  test('a descriptor of another loop is not valid', async () => {
    const [loop, other] = [await lab.open(), await lab.open()]
    const handles = Array.from({ length: 3 }, () => new TCP({ loop: other, family: 'ipv4' }))
    const fd = handles.at(-1)?.fileno() ?? -1
    expect(fd).toBeGreaterThan(0)
    expect(codeOf(() => new TCP({ loop }).open(fd))).toBe('EBADF')
  })

  test('a failed call throws a UVError, and so does wrong input', async () => {
    const tcp = new TCP({ loop: await lab.open() })
    expect(thrown(() => tcp.sockname)).toMatchObject({ name: 'UVError', code: 'EBADF', syscall: 'sockname' })
    expect(() => tcp.listen(-1)).toThrow(UVError)
  })
})

test('Loop.open refuses wrong options', async () => {
  const host = virtualHost()
  const row = async (options: object, message: string): Promise<void> => {
    await expect(Loop.open({ host, ...options })).rejects.toMatchObject({
      name: 'ArgumentError',
      code: 'EINVAL',
      message: expect.stringContaining(message),
    })
  }
  await row({ maxDescriptors: 3 }, 'maxDescriptors 3')
  await row({ maxDescriptors: 0 }, 'maxDescriptors 0')
  await row({ maxDescriptors: Number.NaN }, 'maxDescriptors NaN')
  await row({ maxDescriptors: '64' }, 'maxDescriptors "64"')
  await row({ host: wrong({}) }, 'host a Object')
  await row({ trace: wrong('syscall') }, 'trace "syscall"')
  await row({ module: wrong('libuv.wasm') }, 'module "libuv.wasm"')
  for (const options of [null, 'virtual', host]) {
    await expect(Loop.open(wrong(options))).rejects.toMatchObject({
      name: 'ArgumentError',
      message: containing('options', '{ host }'),
    })
  }
})

/** Matches a text that contains these parts in this order. */
function containing(...parts: string[]): unknown {
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return expect.stringMatching(new RegExp(escaped.join('.*'), 's'))
}

/** The error that a call throws, without its stack. */
function thrown(call: () => unknown): unknown {
  try {
    call()
    return 'nothing'
  } catch (error) {
    if (!(error instanceof UVError)) return String(error)
    const { name, code, message, syscall } = error
    return { name, code, message, syscall }
  }
}
