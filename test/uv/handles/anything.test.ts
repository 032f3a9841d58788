/**
 * Random calls on random handles, in any order, from within any callback, with callbacks that throw: libuv never traps,
 * a refused call throws a UVError, and everything can be closed afterwards. `make test SEED=...` repeats a run.
 */
import { expect, test } from '@jest/globals'
import {
  Async,
  Check,
  type Handle,
  Idle,
  type Loop,
  Pipe,
  Prepare,
  RunMode,
  TCP,
  Timer,
  UDP,
  UVError,
} from '../../../src/index.js'
import { soon } from '../../support/deadline.js'
import { overHosts, virtual } from '../../support/loops.js'
import { type Random, seeded } from '../../support/random.js'

const LIVES = 60
/** The most calls in one life. */
const CALLS = 150

class Thrown extends Error {}

type Kind<Made extends Handle> = abstract new (...args: never[]) => Made

/** One loop, and random calls on it. */
class Life {
  readonly #loop: Loop
  readonly #random: Random
  readonly #handles: Handle[] = []
  readonly #addresses: TCP['sockname'][] = []
  #left = CALLS

  constructor(loop: Loop, random: Random) {
    this.#loop = loop
    this.#random = random
    // Without onError, what a callback throws stops the loop and rejects its run.
    if (random.chance(0.7)) loop.onError = (error) => this.#planned(error)
  }

  async live(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      this.#act(20)
      const run = this.#loop.run(this.#random.pick([RunMode.DEFAULT, RunMode.ONCE, RunMode.NOWAIT]))
      // A run that waits for an event that never comes is stopped.
      setImmediate(() => setImmediate(() => this.#loop.stop()))
      await soon(run, 'the run to end').catch((error: unknown) => this.#planned(error))
    }
    this.#left = 0
    await soon(this.#loop[Symbol.asyncDispose](), 'the loop to close').catch((error: unknown) => this.#planned(error))
    expect([this.#loop.closed, ...this.#handles.map((handle) => handle.closed)]).not.toContain(false)
  }

  #planned(error: unknown): void {
    if (!(error instanceof Thrown || error instanceof UVError)) throw error
    // The host does not fail, and no pointer is invalid.
    if (error instanceof UVError) expect(['EIO', 'EFAULT', 'UNKNOWN']).not.toContain(error.code)
  }

  readonly #callback = (): void => {
    this.#act(3)
    if (this.#random.chance(0.1)) throw new Thrown('in a callback')
  }

  #act(most: number): void {
    for (let count = this.#random.int(0, most); count > 0 && this.#left > 0; count--) {
      this.#left--
      try {
        this.#random.pick(this.#calls)()
      } catch (error) {
        this.#planned(error)
      }
    }
  }

  /** A handle of this kind, closed or not, or a new one. */
  #one<Made extends Handle>(kind: Kind<Made>, make: () => Made): Made {
    const all = this.#handles.filter((handle): handle is Made => handle instanceof kind)
    const [first, ...others] = all
    if (first !== undefined && this.#random.chance(0.8)) return this.#random.pick([first, ...others])
    const made = make()
    this.#handles.push(made)
    return made
  }

  #stream(): TCP | Pipe {
    return this.#random.chance(0.8) ? this.#tcp() : this.#pipe()
  }
  #tcp(): TCP {
    return this.#one(TCP, () => new TCP({ loop: this.#loop, onConnection: this.#callback }))
  }
  #pipe(): Pipe {
    return this.#one(Pipe, () => new Pipe({ loop: this.#loop, onConnection: this.#callback }))
  }
  #udp(): UDP {
    return this.#one(UDP, () => new UDP({ loop: this.#loop }))
  }
  #timer(): Timer {
    return this.#one(Timer, () => new Timer({ loop: this.#loop }))
  }
  #wakeup(): Async {
    return this.#one(Async, () => new Async({ loop: this.#loop, onWakeup: this.#callback }))
  }
  #watcher(): Idle | Prepare | Check {
    const Kind = this.#random.pick<new (options: { loop: Loop }) => Idle | Prepare | Check>([Idle, Prepare, Check])
    return this.#one<Idle | Prepare | Check>(Kind, () => new Kind({ loop: this.#loop }))
  }
  #any(): Handle {
    return this.#random.pick<() => Handle>([
      () => this.#stream(),
      () => this.#udp(),
      () => this.#timer(),
      () => this.#wakeup(),
      () => this.#watcher(),
    ])()
  }

  /** A callback, or none: then the request is a promise. */
  #heard(): (() => void) | undefined {
    return this.#random.chance(0.5) ? this.#callback : undefined
  }

  #bytes(): Uint8Array[] {
    return [0, 3, 5000, 200_000].slice(0, this.#random.int(1, 4)).map((size) => new Uint8Array(size))
  }

  readonly #calls: [() => unknown, ...(() => unknown)[]] = [
    () => this.#any().close(this.#heard()),
    () => (this.#random.chance(0.5) ? this.#any().ref() : this.#any().unref()),
    () => this.#tcp().bind(['127.0.0.1', this.#random.pick([0, 0, 4001, 4002])]),
    () => this.#pipe().bind(this.#random.pick(['one', 'two'])),
    () => this.#stream().listen(this.#random.int(1, 3), this.#callback),
    () => this.#addresses.push(this.#tcp().sockname),
    () => this.#tcp().connect(this.#addresses.at(this.#random.int(-3, -1)) ?? ['127.0.0.1', 1], this.#heard()),
    () => this.#tcp().connect(['10.0.0.1', 1], this.#heard()),
    () => this.#tcp().connect({ host: 'localhost', port: this.#addresses.at(-1)?.port ?? 1 }, this.#heard()),
    () => this.#pipe().connect(this.#random.pick(['one', 'two']), this.#heard()),
    () => this.#handles.push(this.#stream().accept()),
    () => this.#handles.push(...(this.#random.chance(0.5) ? TCP : Pipe).pair(this.#loop)),
    () => this.#stream().readStart(this.#callback),
    () => this.#stream().readStop(),
    () => this.#stream().write(this.#bytes(), this.#heard()),
    () =>
      this.#stream()
        .write(this.#bytes())
        .catch(this.#callback)
        .catch(() => {}),
    () => this.#stream().tryWrite(this.#bytes()),
    () => this.#stream().shutdown(this.#heard()),
    () => this.#tcp().closeReset(this.#heard()),
    () => this.#udp().bind(['127.0.0.1', 0]),
    () => this.#udp().recvStart(this.#callback),
    () => this.#udp().send(new Uint8Array(9), this.#udp().sockname, this.#heard()),
    () => this.#timer().start(this.#random.int(0, 2), this.#random.int(0, 1), this.#callback),
    () => this.#timer().again(),
    () => this.#wakeup().send(),
    () => this.#watcher().start(this.#callback),
    () => this.#watcher().stop(),
    () => this.#loop.callLater(this.#callback),
    () => this.#loop.stop(),
    () => this.#loop.close(),
    () => this.#loop.run().catch((error: unknown) => this.#planned(error)),
  ]
}

overHosts(
  (lab) => {
    test(`${LIVES} random lives of a loop end with every handle closed`, async () => {
      const random = seeded(`anything over ${lab.name}`)
      for (let life = 0; life < LIVES; life++) {
        // Some loops may use only a few descriptors.
        const few = random.chance(0.3) ? { maxDescriptors: random.int(4, 12) } : {}
        await new Life(await lab.open(few), random).live()
      }
    })
  },
  [virtual],
)
