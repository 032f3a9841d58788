/** The twins of `native/loop.c`, `alive.c` and `timer.c`: the loop's iterations, its end, its timers. */
import { Async, Check, type Handle, Idle, Prepare, RunMode, Timer } from '../../../src/index.js'
import { FLOOD, outcome, type Stage, type Twin, type Twins } from '../support/stage.js'

const { DEFAULT, ONCE, NOWAIT } = RunMode

/** Handles of every kind without a socket; each prints its name. */
class Cast {
  /** The handle that stops the loop, by the name it prints. */
  stopper = ''
  readonly timer: Timer
  readonly idle: Idle
  readonly prepare: Prepare
  readonly check: Check
  readonly #stage: Stage

  constructor(stage: Stage) {
    const { loop } = stage
    this.#stage = stage
    this.timer = new Timer({ loop, onTimeout: this.teller('timer') })
    this.idle = new Idle({ loop, onIdle: this.teller('idle') })
    this.prepare = new Prepare({ loop, onPrepare: this.teller('prepare') })
    this.check = new Check({ loop, onCheck: this.teller('check') })
  }

  /** A callback that prints a name, and stops the loop if it is the stopper's. */
  teller(name: string): () => void {
    return () => {
      this.#stage.say(name)
      if (name === this.stopper) this.#stage.loop.stop()
    }
  }

  async(name = 'async'): Async {
    return new Async({ loop: this.#stage.loop, onWakeup: this.teller(name) })
  }

  close(handle: Handle): void {
    void handle.close(this.teller('closed'))
  }
}

/** Starts a handle for every phase. */
const preparePhases = (stage: Stage): Cast => {
  const cast = new Cast(stage)
  cast.check.start()
  cast.prepare.start()
  cast.idle.start()
  cast.timer.start(0)
  cast.async().send()
  cast.close(new Timer({ loop: stage.loop }))
  return cast
}

/** A loop that is stopped in one phase finishes the iteration. */
const stoppedBy =
  (name: string): Twin =>
  async (stage) => {
    const cast = preparePhases(stage)
    cast.stopper = name
    await stage.run(DEFAULT)
    cast.stopper = ''
    await stage.run(NOWAIT)
    stage.end()
  }

const look = (handle: Handle, when: string, stage: Stage): void => {
  const words = [
    handle.active ? 'active' : 'not-active',
    handle.hasRef ? 'ref' : 'no-ref',
    handle.loop.alive ? 'alive' : 'not-alive',
  ]
  stage.say(`${when}: ${words.join(' ')}`)
}

const some = (value: number): string => (value > 0 ? 'some' : String(value))

const fourTimers = (stage: Stage): [Timer, Timer, Timer, Timer] => {
  const timer = (index: number): Timer => new Timer({ loop: stage.loop, onTimeout: () => stage.say(`timer ${index}`) })
  return [timer(0), timer(1), timer(2), timer(3)]
}

const phases: Twins = {
  phases: async (stage) => {
    preparePhases(stage)
    await stage.run(NOWAIT)
    await stage.run(NOWAIT)
    await stage.run(ONCE)
    stage.end()
  },
  'stopped by a timer': stoppedBy('timer'),
  'stopped by idle': stoppedBy('idle'),
  'stopped by prepare': stoppedBy('prepare'),
  'stopped by an async': stoppedBy('async'),
  'stopped by check': stoppedBy('check'),
  'stopped by a close callback': stoppedBy('closed'),
  'stopped before it runs': async (stage) => {
    preparePhases(stage)
    for (const mode of [DEFAULT, ONCE, NOWAIT]) {
      stage.loop.stop()
      await stage.run(mode)
    }
    await stage.run(NOWAIT)
    stage.end()
  },
  'stopped by sockets': async (stage) => {
    const stop = (): void => stage.loop.stop()
    stage.meet(stop)
    await stage.run(DEFAULT)
    stage.peer.read(10, stop)
    stage.client.write(10)
    await stage.run(DEFAULT)
    stage.client.write(20, stop)
    stage.client.shutdown()
    await stage.run(DEFAULT)
    stage.end()
  },
  'nothing to do': async (stage) => {
    await stage.run(DEFAULT)
    await stage.run(ONCE)
    await stage.run(NOWAIT)
  },
  modes: async (stage) => {
    new Cast(stage).timer.start(50)
    await stage.run(NOWAIT)
    await stage.run(ONCE)
    await stage.run(ONCE)
  },
  'prepare and check around a wait': async (stage) => {
    const { timer, prepare, check } = new Cast(stage)
    timer.start(50)
    prepare.start()
    check.start()
    prepare.unref()
    check.unref()
    await stage.run(DEFAULT)
  },
  'prepare and check around one wait': async (stage) => {
    const { timer, prepare, check } = new Cast(stage)
    timer.start(50)
    prepare.start()
    check.start()
    await stage.run(ONCE)
    await stage.run(NOWAIT)
    stage.end()
  },
  'stopped after a wait': async (stage) => {
    const cast = new Cast(stage)
    const { timer } = cast
    cast.stopper = 'timer'
    timer.start(5, 5)
    new Timer({ loop: stage.loop }).start(10_000)
    await stage.run(DEFAULT)
    timer.repeat = 0
    await stage.run(DEFAULT)
    stage.say(timer.active ? 'active' : 'not-active')
    stage.end()
  },
  'started and stopped in a phase': async (stage) => {
    const { loop } = stage
    const first = new Idle({ loop })
    const last = new Check({ loop })
    const { idle, prepare, check } = new Cast(stage)
    first.start(() => {
      stage.say('first idle')
      first.stop()
      idle.start()
      prepare.start()
      check.start()
    })
    last.start(() => {
      stage.say('last check')
      for (const handle of [idle, prepare, check, last]) handle.stop()
    })
    await stage.run(DEFAULT)
  },
}

const asyncs: Twins = {
  'asyncs coalesce': async (stage) => {
    const cast = new Cast(stage)
    const async = cast.async()
    const other = cast.async('other async')
    other.send()
    async.send()
    other.send()
    async.send()
    await stage.run(NOWAIT)
    await stage.run(NOWAIT)
    other.send()
    await stage.run(ONCE)
    stage.end()
  },
  'an async sent in its callback': async (stage) => {
    const cast = new Cast(stage)
    let count = 0
    const async = new Async({ loop: stage.loop })
    async.send(() => {
      stage.say('again')
      if (++count < 3) async.send()
      else cast.close(async)
    })
    await stage.run(DEFAULT)
  },
  'an async sent and closed': async (stage) => {
    const cast = new Cast(stage)
    const async = cast.async()
    async.send()
    cast.close(async)
    await stage.run(DEFAULT)
  },
}

export const alive: Twins = {
  'alive with a timer': async (stage) => {
    const cast = new Cast(stage)
    const { timer } = cast
    look(timer, 'new', stage)
    timer.start(1000)
    look(timer, 'started', stage)
    timer.unref()
    look(timer, 'unreferenced', stage)
    timer.unref()
    timer.ref()
    look(timer, 'referenced', stage)
    timer.stop()
    look(timer, 'stopped', stage)
    timer.start(1000)
    cast.close(timer)
    look(timer, 'closing', stage)
    await stage.run(DEFAULT)
  },
  'alive with phases': (stage) => {
    const { idle, prepare, check } = new Cast(stage)
    look(idle, 'new idle', stage)
    idle.start()
    idle.start()
    look(idle, 'started idle', stage)
    idle.stop()
    idle.stop()
    look(idle, 'stopped idle', stage)
    prepare.start()
    look(prepare, 'started prepare', stage)
    prepare.unref()
    look(prepare, 'unreferenced prepare', stage)
    prepare.stop()
    check.start()
    look(check, 'started check', stage)
    check.stop()
    look(check, 'stopped check', stage)
  },
  'alive with an async': async (stage) => {
    const cast = new Cast(stage)
    const async = cast.async()
    look(async, 'new', stage)
    async.unref()
    look(async, 'unreferenced', stage)
    await stage.run(DEFAULT)
    async.send()
    await stage.run(DEFAULT)
    await stage.run(NOWAIT)
    async.ref()
    look(async, 'referenced', stage)
    cast.close(async)
    look(async, 'closing', stage)
    await stage.run(DEFAULT)
  },
  'alive with sockets': async (stage) => {
    const client = stage.actor('client').use()
    look(client.tcp, 'new', stage)
    client.bind('127.0.0.1')
    look(client.tcp, 'bound', stage)
    const server = stage.serve()
    look(server.tcp, 'listening', stage)
    server.tcp.unref()
    look(server.tcp, 'unreferenced', stage)
    client.call(server, () => {
      look(client.tcp, 'connected client', stage)
      client.read()
      look(client.tcp, 'reading client', stage)
      client.readStop()
      look(client.tcp, 'stopped client', stage)
    })
    look(client.tcp, 'connecting', stage)
    client.tcp.unref()
    look(client.tcp, 'connecting, unreferenced', stage)
    await stage.run(DEFAULT)
    client.write(FLOOD)
    look(client.tcp, 'writing', stage)
    client.close()
    look(client.tcp, 'closing', stage)
    await stage.run(DEFAULT)
  },
  timeouts: async (stage) => {
    const { loop } = stage
    const timeout = (when: string): void => stage.say(`${when}: timeout ${some(loop.pollTimeout)}`)
    timeout('fresh')
    const cast = new Cast(stage)
    const { timer, idle } = cast
    timer.start(10_000)
    timeout('timer')
    await stage.run(NOWAIT)
    timeout('timer after a round')
    timer.unref()
    timeout('unreferenced timer')
    timer.ref()
    idle.start()
    timeout('idle')
    idle.stop()
    timeout('no idle')
    loop.stop()
    timeout('stopped')
    await stage.run(DEFAULT)
    timeout('after the stop')
    cast.close(new Timer({ loop }))
    timeout('closing')
    await stage.run(NOWAIT)
    timer.stop()
    timeout('stopped timer')
    cast.async()
    timeout('async')
    stage.serve()
    timeout('listening')
    await stage.run(NOWAIT)
    timeout('listening after a round')
    timer.start(0)
    timeout('timer of 0')
    stage.end()
  },
}

export const timer: Twins = {
  'timers in order': async (stage) => {
    const [zero, one, two, three] = fourTimers(stage)
    zero.start(30)
    one.start(1)
    two.start(15)
    three.start(1)
    await stage.run(DEFAULT)
  },
  'timers started by a timer': async (stage) => {
    const [zero, one, two, three] = fourTimers(stage)
    new Cast(stage).check.start()
    zero.start(0, 0, () => {
      stage.say('first')
      two.start(0)
      one.start(0)
    })
    three.start(0)
    await stage.run(NOWAIT)
    await stage.run(NOWAIT)
    await stage.run(NOWAIT)
    stage.end()
  },
  'timers stopped by a timer': async (stage) => {
    const cast = new Cast(stage)
    const [zero, one, two, three] = fourTimers(stage)
    zero.start(0, 0, () => {
      stage.say('first')
      one.stop()
      cast.close(two)
      cast.close(zero)
    })
    one.start(0)
    two.start(0)
    three.start(0)
    await stage.run(DEFAULT)
  },
  'a repeating timer': async (stage) => {
    const { timer } = new Cast(stage)
    const again = (): void => {
      stage.say(`again = ${outcome(() => timer.again())}`)
      stage.say(`repeat ${some(timer.repeat)}, due ${some(timer.dueIn)}, ${timer.active ? 'active' : 'not-active'}`)
    }
    again()
    timer.start(1000)
    again()
    timer.repeat = 1000
    again()
    timer.stop()
    again()
    let count = 0
    timer.start(0, 1, () => {
      stage.say('tick')
      if (++count === 3) timer.stop()
    })
    await stage.run(DEFAULT)
    again()
    stage.end()
  },
}

export const loop: Twins = { ...phases, ...asyncs }
