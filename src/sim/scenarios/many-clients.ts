/** The built-in scenario: clients that ask one server through whatever goes wrong. */
import type { Random } from '../../base/random.js'
import { TCP } from '../../uv/streams/tcp.js'
import { Timer } from '../../uv/timer.js'
import type { SimMachine } from '../machine.js'
import { always, sometimes } from '../properties.js'
import type { Simulation } from '../simulation.js'

const PORT = 7
const MACHINES = 5
const CLIENTS = 50
const REQUESTS = 3
/** The longest request, in bytes. */
const LONGEST = 500
/** Milliseconds after which a client asks again, and after which the server closes a connection that is silent. */
const PATIENCE = 5000
const SILENCE = 60_000

/**
 * 50 clients on 5 machines ask a server, which sends back what it gets. Each asks again, over another connection,
 * until it has the whole answer. It holds that bytes come in their order, that each request has one answer, and that
 * nothing is left when all are done.
 */
export async function manyClients(sim: Simulation): Promise<void> {
  const server = await sim.machine('server', { start: serve })
  const machines: SimMachine[] = []
  for (let number = 1; number <= MACHINES; number++) {
    const machine = await sim.machine(`clients-${number}`)
    sim.link(machine, server, { latency: sim.random.int(0, 20), jitter: sim.random.int(0, 5) })
    machines.push(machine)
  }
  const before = machines.map(({ loop }) => loop.resources)
  const clients = Array.from({ length: CLIENTS }, (_, number) => {
    const machine = machines[number % MACHINES] ?? server
    return new Client(sim, machine, server, sim.random.branch(`client ${number}`))
  })
  await Promise.all(clients.map((client) => client.run()))
  await sim.clock.advance(2 * SILENCE)
  for (const [index, { loop }] of machines.entries()) {
    const { descriptors, handles } = loop.resources
    const own = before[index]
    always(descriptors === own?.descriptors && handles === own.handles, 'nothing is left of a client')
  }
  const left = [...server.loop.handles].filter((handle) => handle instanceof TCP)
  always(left.length <= 1, 'nothing is left of a connection at the server')
}

/** Sends back what comes, until a peer ends or is silent. */
function serve({ loop, address }: SimMachine): void {
  const again = new Timer({ loop })
  const listen = (): void => {
    const listener = new TCP({ loop })
    try {
      listener.bind([address, PORT])
      listener.listen(CLIENTS, () => {
        const peer = acceptOf(listener)
        if (peer !== undefined) void echo(peer)
      })
      void again.close()
    } catch {
      // There are no descriptors.
      void listener.close()
      again.start(100, 0, listen)
    }
  }
  listen()
}

function acceptOf(listener: TCP): TCP | undefined {
  try {
    return listener.accept()
  } catch {
    return undefined
  }
}

async function echo(peer: TCP): Promise<void> {
  const silence = new Timer({ loop: peer.loop })
  const restart = (): void => silence.start(SILENCE, 0, () => void peer.close())
  try {
    restart()
    for await (const chunk of peer) {
      restart()
      await peer.write(chunk)
    }
  } catch {
    // The peer asks again.
  } finally {
    if (!silence.closing) void silence.close()
    if (!peer.closing) void peer.close()
  }
}

/** Asks, one request after the other. */
class Client {
  readonly #sim: Simulation
  readonly #machine: SimMachine
  readonly #server: SimMachine
  readonly #random: Random
  readonly #timer: Timer
  #socket: TCP | undefined
  /** What is to come back, and how much of it has. */
  #expected: Uint8Array = new Uint8Array()
  #received = 0
  #onOutcome: (isAnswered: boolean) => void = () => {}

  constructor(sim: Simulation, machine: SimMachine, server: SimMachine, random: Random) {
    this.#sim = sim
    this.#machine = machine
    this.#server = server
    this.#random = random
    this.#timer = new Timer({ loop: machine.loop })
  }

  async run(): Promise<void> {
    const { clock } = this.#sim
    for (let number = 0; number < REQUESTS; number++) {
      await clock.advance(this.#random.int(0, 500))
      const request = this.#random.bytes(this.#random.int(1, LONGEST))
      let isAnswered = await this.#ask(request)
      sometimes(!isAnswered, 'a request is sent again')
      while (!isAnswered) {
        await this.#leave()
        await clock.advance(this.#random.int(1, 1000))
        isAnswered = await this.#ask(request)
      }
      if (this.#random.chance(0.2)) await this.#leave()
    }
    await this.#leave()
    await this.#timer.close()
  }

  async #leave(): Promise<void> {
    await this.#socket?.close()
    this.#socket = undefined
  }

  /** @returns whether the whole answer has come */
  async #ask(request: Uint8Array): Promise<boolean> {
    const outcome = new Promise<boolean>((resolve) => {
      this.#onOutcome = resolve
    })
    this.#timer.start(PATIENCE, 0, () => this.#onOutcome(false))
    this.#expected = request
    this.#received = 0
    this.#send(request).catch(() => this.#onOutcome(false))
    const isAnswered = await outcome
    this.#timer.stop()
    return isAnswered
  }

  async #send(request: Uint8Array): Promise<void> {
    this.#socket ??= await this.#connect()
    await this.#socket.write(request)
  }

  async #connect(): Promise<TCP> {
    const socket = new TCP({ loop: this.#machine.loop })
    this.#socket = socket
    await socket.connect([this.#server.address, PORT])
    socket.readStart((_socket, _status, data) => {
      if (this.#socket !== socket) return
      if (data === undefined) this.#onOutcome(false)
      else this.#take(data)
    })
    return socket
  }

  #take(data: Uint8Array): void {
    const end = this.#received + data.length
    always(end <= this.#expected.length, 'each request has one answer')
    const isSame = data.every((byte, index) => byte === this.#expected[this.#received + index])
    always(isSame, 'bytes come in their order')
    this.#received = end
    if (end === this.#expected.length) this.#onOutcome(true)
  }
}
