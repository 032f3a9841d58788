/** The twins of `native/descriptors.c`: calls in a process that has run out of descriptors. */
import { TCP } from '../../../src/index.js'
import { outcome, type Stage, type Twin, type Twins } from '../support/stage.js'

/** More descriptors than a loop has open. */
const LIMIT = 64

/** Binds sockets until there is no descriptor left. @returns a function that closes the socket that was bound last */
const fill = (stage: Stage): (() => void) => {
  const fillers: TCP[] = []
  const release = (): void => void fillers.pop()?.close()
  let result: string
  do {
    const filler = new TCP({ loop: stage.loop })
    fillers.push(filler)
    result = outcome(() => filler.bind(['127.0.0.1', 0]))
  } while (result === '0')
  // The socket that could not be bound.
  release()
  stage.say(`fill ${result}`)
  return release
}

const makeSocket = (stage: Stage, name: string): void =>
  void stage.actor(name).told('socket', () => void new TCP({ loop: stage.loop, family: 'ipv4' }))

/** Runs a twin on a loop with few descriptors. */
const limited =
  (twin: Twin): Twin =>
  async (stage) => {
    await stage.newLoop(LIMIT)
    await twin(stage)
  }

export const descriptors: Twins = {
  'one too many': limited((stage) => {
    const release = fill(stage)
    makeSocket(stage, 'one')
    release()
    makeSocket(stage, 'one')
    makeSocket(stage, 'other')
    release()
    makeSocket(stage, 'other')
    stage.end()
  }),
  'a handle without a socket': limited((stage) => {
    fill(stage)
    const one = stage.actor('one')
    one.bind('127.0.0.1')
    one.look()
    one.names()
    stage.end()
  }),
  'calls that need one': limited((stage) => {
    const release = fill(stage)
    const one = stage.actor('one')
    const two = stage.actor('two')
    one.bind('127.0.0.1')
    two.listen()
    stage.actor('three').connect('127.0.0.1', 9)
    release()
    one.bind('127.0.0.1')
    one.listen()
    two.listen()
    release()
    two.listen()
    stage.end()
  }),
  'nothing to accept with': limited((stage) => {
    stage.expectEnds(2)
    const server = stage.serve(() => {
      server.accept('peer')
      stage.end()
    })
    const client = stage.actor('client').use()
    const release = fill(stage)
    release()
    client.call(server, () => {
      client.read(0, () => {
        release()
        release()
        stage.actor('again').call(server, stage.end)
      })
    })
  }),
}
