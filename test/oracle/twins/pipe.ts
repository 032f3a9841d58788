/** The twins of `native/pipe.c`: sockets with paths, their names, and the results of calls. */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Pipe, PipeFlags, PipeMode } from '../../../src/index.js'
import { nameOf, outcome, type Stage, type Twins } from '../support/stage.js'

/** The length of the longest path. */
const LONGEST = 108

let folder = ''

/** Makes a folder for all scenarios. */
export const makeFolder = (): void => {
  folder = mkdtempSync(join(tmpdir(), 'uvw-oracle-'))
}

/** Removes it. @throws {Error} if it is not empty */
export const removeFolder = (): void => rmdirSync(folder)

const at = (name: string): string => join(folder, name)

/** A path of `length` bytes. */
const longPath = (length: number): string => at('').padEnd(length, 'x')

/** A pipe that prints its calls and its events. */
class Ear {
  readonly pipe: Pipe
  readonly stage: Stage
  readonly #name: string
  #received = 0

  constructor(stage: Stage, name: string, pipe = new Pipe({ loop: stage.loop })) {
    this.stage = stage
    this.#name = name
    this.pipe = pipe
  }

  say(what: string): void {
    this.stage.say(`${this.#name} ${what}`)
  }

  report(call: string, action: () => unknown): string {
    const result = outcome(action)
    this.say(`${call} = ${result}`)
    return result
  }

  take(name: string, flags = 0): void {
    this.report('bind', () => this.pipe.bind(at(name), flags))
  }

  names(): void {
    for (const call of ['sockname', 'peername'] as const) {
      let name = ''
      const failure = outcome(() => {
        name = this.pipe[call]
      })
      if (failure !== '0') this.say(`${call} = ${failure}`)
      else this.say(name.length === LONGEST ? `${call} is cut` : `${call} is '${basename(name)}'`)
    }
  }

  listen(then: () => void): void {
    this.report('listen', () => this.pipe.listen(8, then))
  }

  hear(): void {
    const result = this.report('readStart', () =>
      this.pipe.readStart((_pipe, status, data) => {
        this.#received += data.length
        if (status >= 0) return
        this.say(`read ${this.#received} ${nameOf(status)}`)
        this.stage.end()
      }),
    )
    if (result !== '0') this.stage.end()
  }

  call(name: string, flags = 0): void {
    this.report('connect', () => {
      this.pipe.connect(
        at(name),
        (_request, status) => {
          this.say(`connect ${nameOf(status)}`)
          if (this.pipe.closing) return
          this.names()
          if (status === 0) this.hear()
          else this.stage.end()
        },
        flags,
      )
    })
  }

  put(length: number, then = (): void => {}): void {
    this.report('write', () => {
      this.pipe.write(new Uint8Array(length), (_request, status) => {
        this.say(`write ${nameOf(status)}`)
        then()
      })
    })
  }

  finish(): void {
    this.report('shutdown', () => {
      this.pipe.shutdown((_request, status) => this.say(`shutdown ${nameOf(status)}`))
    })
  }

  chmod(mode: number): void {
    this.report('chmod', () => this.pipe.chmod(mode))
  }

  /** Accepts a connection. */
  accept(): Ear {
    const other = new Ear(this.stage, 'other', this.pipe.accept())
    other.say('accept = 0')
    return other
  }
}

/** A server, and a client. */
const two = (stage: Stage): [hub: Ear, one: Ear] => [new Ear(stage, 'hub'), new Ear(stage, 'one')]

const greet = (hub: Ear): void => {
  const other = hub.accept()
  other.names()
  other.put(1000)
  other.finish()
}

const hearOther = (hub: Ear): void => {
  const other = hub.accept()
  other.names()
  other.hear()
}

export const pipe: Twins = {
  'there and back': (stage) => {
    const [hub, one] = two(stage)
    hub.names()
    hub.take('hub')
    hub.names()
    hub.listen(() => greet(hub))
    hub.names()
    one.call('hub')
  },
  'closed with something unread': (stage) => {
    const [hub, one] = two(stage)
    hub.take('hub')
    hub.listen(() => {})
    one.pipe.connect(at('hub'), () => {
      one.put(1000, () => void hub.accept().pipe.close())
      one.hear()
    })
  },
  'nobody there': (stage) => {
    const one = new Ear(stage, 'one')
    one.call('nobody')
  },
  'bound, not listening': (stage) => {
    const [hub, one] = two(stage)
    hub.take('hub')
    one.call('hub')
  },
  taken: (stage) => {
    const [hub, one] = two(stage)
    const other = new Ear(stage, 'other')
    hub.take('hub')
    hub.take('again')
    one.take('hub')
    one.names()
    one.take('one')
    void hub.pipe.close()
    other.take('hub')
    stage.end()
  },
  'no folder': (stage) => {
    const one = new Ear(stage, 'one')
    one.take('no/such')
    one.call('no/such')
  },
  'too long': (stage) => {
    const [hub, one] = two(stage)
    const path = longPath(LONGEST + 1)
    hub.report('bind', () => hub.pipe.bind(path, PipeFlags.NO_TRUNCATE))
    hub.names()
    one.report('connect', () => one.pipe.connect(path, () => {}, PipeFlags.NO_TRUNCATE))
    stage.end()
  },
  cut: (stage) => {
    const hub = new Ear(stage, 'hub')
    hub.report('bind', () => hub.pipe.bind(longPath(LONGEST + 20)))
    hub.names()
    stage.end()
  },
  'calls too early': (stage) => {
    const one = new Ear(stage, 'one')
    one.listen(() => {})
    one.chmod(PipeMode.READABLE)
    one.finish()
    one.take('one')
    one.chmod(PipeMode.READABLE)
    one.chmod(PipeMode.READABLE | PipeMode.WRITABLE)
    one.finish()
    stage.end()
  },
  'closed early': (stage) => {
    const [hub, one] = two(stage)
    hub.take('hub')
    hub.listen(() => hearOther(hub))
    one.call('hub')
    void one.pipe.close()
  },
  'connected by a name': (stage) => {
    const [hub, one] = two(stage)
    hub.take('hub')
    hub.listen(() => hearOther(hub))
    one.take('one')
    one.call('hub')
  },
}
