/** The twins of `native/udp.c`: messages, their addresses, their delivery, and the results of calls. */
import { type AddressLike, UDP, UDPFlags } from '../../../src/index.js'
import { nameOf, outcome, type Stage, type Twins } from '../support/stage.js'

/** More bytes than a message may have. */
const TOO_LONG = 70_000

/** A UDP handle that prints its calls and its events. */
class Box {
  readonly udp: UDP
  /** The number of events that it waits for. */
  wanted = 0
  readonly #stage: Stage
  readonly #name: string

  constructor(stage: Stage, name: string) {
    this.#stage = stage
    this.#name = name
    this.udp = new UDP({ loop: stage.loop })
  }

  get port(): number {
    return this.udp.sockname.port
  }

  report(call: string, action: () => unknown): void {
    this.#stage.say(`${this.#name} ${call} = ${outcome(action)}`)
  }

  say(what: string): void {
    this.#stage.say(`${this.#name} ${what}`)
  }

  take(port: number, flags = 0): void {
    this.report('bind', () => this.udp.bind(['127.0.0.1', port], flags))
  }

  call(host: string, port: number): void {
    this.report('connect', () => this.udp.connect([host, port]))
  }

  hangUp(): void {
    this.report('disconnect', () => this.udp.disconnect())
  }

  /** Without a port it sends to the address that it is connected to. */
  send(length: number, port?: number): void {
    this.report('send', () => {
      this.udp.send(new Uint8Array(length), to(port), (_request, status) => {
        this.say(`sent ${nameOf(status)}`)
        this.#happened()
      })
    })
  }

  try(length: number, port?: number): void {
    this.report('try', () => this.udp.trySend(new Uint8Array(length), to(port)))
  }

  hear(wanted: number): void {
    this.wanted = wanted
    this.start()
  }

  start(): void {
    this.report('start', () =>
      this.udp.recvStart((_udp, status, data) => {
        this.say(`got ${status < 0 ? nameOf(status) : data.length}`)
        this.#happened()
      }),
    )
  }

  names(): void {
    this.#tellName('sockname', 'at')
    this.#tellName('peername', 'to')
  }

  #tellName(name: 'sockname' | 'peername', word: string): void {
    const failure = outcome(() => this.udp[name])
    if (failure !== '0') return this.say(`${name} = ${failure}`)
    const { host, port } = this.udp[name]
    this.say(`${word} ${host}${port === 0 ? ', no port' : ''}`)
  }

  #happened(): void {
    if (--this.wanted === 0) this.#stage.end()
  }
}

const to = (port: number | undefined): AddressLike | undefined => (port === undefined ? undefined : ['127.0.0.1', port])

/** A port that no socket is bound to. */
const nobody = async (stage: Stage): Promise<number> => {
  const udp = new UDP({ loop: stage.loop })
  udp.bind(['127.0.0.1', 0])
  const { port } = udp.sockname
  void udp.close()
  await stage.loop.run()
  return port
}

export const udp: Twins = {
  there: (stage) => {
    const [one, other] = [new Box(stage, 'one'), new Box(stage, 'other')]
    other.take(0)
    one.names()
    other.names()
    other.hear(3)
    one.send(5, other.port)
    one.names()
    one.send(0, other.port)
    one.send(9000, other.port)
  },
  'too long, no port, and good': (stage) => {
    const one = new Box(stage, 'one')
    one.take(0)
    one.wanted = 3
    one.try(TOO_LONG, one.port)
    one.send(TOO_LONG, one.port)
    one.send(4, 0)
    one.send(4, one.port)
  },
  'addresses too many and too few': async (stage) => {
    const port = await nobody(stage)
    const one = new Box(stage, 'one')
    one.try(4)
    one.hangUp()
    one.call('127.0.0.1', port)
    one.names()
    one.call('127.0.0.1', port)
    one.try(4, port)
    one.send(4, port)
    one.hangUp()
    one.names()
    one.hangUp()
    one.send(4)
    one.call('0.0.0.0', port)
    one.names()
    stage.end()
  },
  'a port that was asked for stays': async (stage) => {
    const port = await nobody(stage)
    const one = new Box(stage, 'one')
    one.take(port)
    one.call('127.0.0.1', port)
    one.hangUp()
    one.names()
    stage.end()
  },
  taken: (stage) => {
    const [one, other, third] = [new Box(stage, 'one'), new Box(stage, 'other'), new Box(stage, 'third')]
    one.take(0)
    other.take(one.port)
    other.take(one.port, UDPFlags.REUSEADDR)
    third.take(0, UDPFlags.REUSEADDR)
    one.take(0)
    other.names()
    stage.end()
  },
  shared: (stage) => {
    const [one, other] = [new Box(stage, 'one'), new Box(stage, 'other')]
    one.take(0, UDPFlags.REUSEADDR)
    other.take(one.port, UDPFlags.REUSEADDR)
    one.hear(1)
    other.hear(1)
    one.try(4, one.port)
  },
  'nobody there': async (stage) => {
    const port = await nobody(stage)
    const one = new Box(stage, 'one')
    one.call('127.0.0.1', port)
    one.hear(2)
    one.send(4)
  },
  'closed while messages wait': (stage) => {
    const one = new Box(stage, 'one')
    one.take(0)
    one.wanted = 3
    for (let i = 0; i < 3; i++) one.send(4, one.port)
    one.say(`waits ${one.udp.sendQueueCount}`)
    void one.udp.close()
  },
  'options need a socket': (stage) => {
    const one = new Box(stage, 'one')
    one.report('broadcast', () => one.udp.setBroadcast(true))
    one.report('ttl', () => one.udp.setTTL(3))
    one.report('multicast ttl', () => one.udp.setMulticastTTL(3))
    one.report('multicast loop', () => one.udp.setMulticastLoop(true))
    one.hear(1)
    one.start()
    one.names()
    one.report('broadcast', () => one.udp.setBroadcast(true))
    one.report('ttl', () => one.udp.setTTL(3))
    stage.end()
  },
  'everybody, when that was said': (stage) => {
    const one = new Box(stage, 'one')
    one.take(0)
    const attempt = (): void =>
      one.report('try', () => one.udp.trySend(new Uint8Array(4), ['127.255.255.255', one.port]))
    for (let i = 0; i < 2; i++) {
      attempt()
      one.report('broadcast', () => one.udp.setBroadcast(true))
    }
    stage.end()
  },
}
