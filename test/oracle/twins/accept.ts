/** The twins of `native/accept.c`: waiting connections, and how they are accepted. */
import type { Stage, Then, Twins } from '../support/stage.js'

/** Accepts, prints the names and reads; see `accept_late()`. */
const acceptLate = (stage: Stage): void => {
  const peer = stage.server.accept('peer')
  peer?.names()
  peer?.read(0, stage.end)
}

/** A client of the stage's server. */
const call = (stage: Stage, then?: Then): void => void stage.actor('client').call(stage.server, then)

export const accept: Twins = {
  'twice in one callback': (stage) => {
    stage.expectEnds(2)
    stage.serve((server) => {
      const one = server.accept('one')
      server.accept('two')
      one?.names()
      one?.look()
      stage.end()
    })
    call(stage, stage.end)
  },
  'outside of the callback': (stage) => {
    const server = stage.serve()
    call(stage, () => {
      stage.actor('other').call(server, () => {
        const one = server.accept('one')
        server.accept('two')
        one?.names()
        stage.settle(stage.end)
      })
    })
  },
  'three at once': (stage) => {
    stage.expectEnds(6)
    const names = ['one', 'two', 'three']
    const server = stage.serve(() => {
      server.accept(names.shift() ?? '')
      stage.end()
    })
    for (const name of ['first', 'second', 'third']) stage.actor(name).call(server, stage.end)
  },
  'nobody accepts, the listener closes': (stage) => {
    const server = stage.serve()
    call(stage, (client) => {
      client.read(0, stage.end)
      server.close()
    })
  },
  'the listener closes at once': (stage) => {
    stage.expectEnds(2)
    const server = stage.serve()
    call(stage, stage.end)
    server.close(stage.end)
  },
  'the listener closes in the callback': (stage) => {
    stage.serve((server) => server.close())
    call(stage, (client) => void client.read(0, stage.end))
  },
  'a connection outlives its listener': (stage) => {
    stage.expectEnds(2)
    stage.serve((server) => {
      const peer = server.accept('peer')
      server.close()
      peer?.read(0, stage.end)
    })
    call(stage, (client) => {
      client.write(10)
      client.shutdown(stage.end)
    })
  },
  'closed before it was accepted': (stage) => {
    stage.serve()
    call(stage, (client) => {
      client.write(5, () => client.close(() => stage.settle(() => acceptLate(stage))))
    })
  },
  'reset before it was accepted': (stage) => {
    stage.serve()
    call(stage, (client) => void client.closeReset(() => stage.settle(() => acceptLate(stage))))
  },
  'listen twice': (stage) =>
    stage.meet(() => {
      stage.server.listen(stage.end)
      stage.actor('other').call(stage.server)
    }),
  'a listener that closes': (stage) =>
    stage.meet(() => {
      stage.peer.shutdown()
      stage.server.close(stage.end)
      stage.server.look()
    }),
}
