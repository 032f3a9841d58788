/** The twins of `native/states.c`: every call in every state of a TCP handle. */
import { RunMode, TCP } from '../../../src/index.js'
import { FLOOD, type Stage, type Twin, type Twins } from '../support/stage.js'

/** Brings the client into a state. */
type Reach = (stage: Stage) => void | Promise<void>

/** Runs the loop until the function that `begin` receives is called. */
const until = async (stage: Stage, begin: (wake: () => void) => void): Promise<void> => {
  begin(() => stage.loop.stop())
  await stage.loop.run()
}

const fresh: Reach = (stage) => {
  stage.serve()
  stage.client = stage.actor('client')
}

const socketMade: Reach = async (stage) => {
  await fresh(stage)
  void stage.client.tcp.close()
  await stage.loop.run(RunMode.NOWAIT)
  stage.client = stage.actor('client', new TCP({ loop: stage.loop, family: 'ipv4' }))
}

const bound: Reach = async (stage) => {
  await fresh(stage)
  stage.client.bind('127.0.0.1')
}

const taken: Reach = async (stage) => {
  await fresh(stage)
  stage.client.bind('127.0.0.1', stage.server.port)
}

const listening: Reach = async (stage) => {
  await bound(stage)
  stage.client.listen()
}

const connecting: Reach = async (stage) => {
  await fresh(stage)
  stage.client.call(stage.server)
}

const connected: Reach = (stage) => until(stage, (wake) => stage.meet(wake))

const refused: Reach = async (stage) => {
  await fresh(stage)
  const { server } = stage
  const gone = stage.serve()
  const { port } = gone
  void gone.tcp.close()
  stage.server = server
  await until(stage, (wake) => stage.client.connect('127.0.0.1', port, wake))
}

const reading: Reach = async (stage) => {
  await connected(stage)
  stage.client.read()
}

const writing: Reach = async (stage) => {
  await connected(stage)
  stage.client.write(FLOOD)
}

const shutting: Reach = async (stage) => {
  await connected(stage)
  stage.client.shutdown()
}

const shuttingBehindWrite: Reach = async (stage) => {
  await writing(stage)
  stage.client.shutdown()
}

const shut: Reach = async (stage) => {
  await connected(stage)
  await until(stage, (wake) => stage.client.shutdown(wake))
}

const ended: Reach = async (stage) => {
  await connected(stage)
  stage.peer.shutdown()
  await until(stage, (wake) => stage.client.read(0, wake))
}

const overBothWays: Reach = async (stage) => {
  await ended(stage)
  await until(stage, (wake) => stage.client.shutdown(wake))
}

const reset: Reach = async (stage) => {
  await connected(stage)
  stage.peer.closeReset()
  await until(stage, (wake) => stage.client.read(0, wake))
}

const resetUnseen: Reach = async (stage) => {
  await connected(stage)
  await until(stage, (wake) => stage.peer.closeReset(() => stage.settle(wake)))
}

const endedUnseen: Reach = async (stage) => {
  await connected(stage)
  await until(stage, (wake) => stage.peer.close(() => stage.settle(wake)))
}

const calls: readonly ((stage: Stage) => void)[] = [
  ({ client }) => client.look(),
  ({ client }) => client.names(),
  ({ client }) => void client.told('fileno', () => void client.tcp.fileno()),
  ({ client }) => {
    client.told('sendBufferSize', () => void client.tcp.sendBufferSize)
    client.told('receiveBufferSize', () => void client.tcp.receiveBufferSize)
  },
  ({ client }) => void client.told('setNoDelay', () => client.tcp.setNoDelay(true)),
  ({ client }) => void client.told('setKeepAlive', () => client.tcp.setKeepAlive(true, 60)),
  ({ client }) => void client.told('setKeepAlive off', () => client.tcp.setKeepAlive(false)),
  ({ client }) => void client.told('setKeepAlive 0', () => client.tcp.setKeepAlive(true, 0)),
  ({ client }) => void client.bind('127.0.0.1'),
  ({ client }) => void client.bind('::1'),
  ({ client }) => void client.listen(),
  ({ client }) => void client.accept('unwanted'),
  ({ client, server }) => void client.call(server),
  ({ client }) => void client.read(),
  ({ client }) => void client.readStop(),
  ({ client }) => void client.write(1),
  ({ client }) => void client.write(0),
  ({ client }) => void client.tryWrite(1),
  ({ client }) => void client.tryWrite(0),
  ({ client }) => void client.shutdown(),
  ({ client }) => void client.closeReset(),
]

/** Prints the result of each call in a state, each on a new loop and a new handle. */
const eachCall =
  (reach: Reach): Twin =>
  async (stage) => {
    for (const call of calls) {
      stage.hush(true)
      await reach(stage)
      stage.hush(false)
      call(stage)
      await stage.newLoop()
    }
  }

export const states: Twins = {
  fresh: eachCall(fresh),
  'socket made': eachCall(socketMade),
  bound: eachCall(bound),
  'bound to a taken port': eachCall(taken),
  listening: eachCall(listening),
  connecting: eachCall(connecting),
  connected: eachCall(connected),
  refused: eachCall(refused),
  reading: eachCall(reading),
  writing: eachCall(writing),
  'shutting down': eachCall(shutting),
  'shutting down behind a write': eachCall(shuttingBehindWrite),
  'shut down': eachCall(shut),
  'ended by the peer': eachCall(ended),
  'closed by the peer, unseen': eachCall(endedUnseen),
  'over both ways': eachCall(overBothWays),
  reset: eachCall(reset),
  'reset, unseen': eachCall(resetUnseen),
}
