/** The twins of `native/close.c`: close() and closeReset(), and the results of pending requests. */
import { FLOOD, type Stage, type Then, type Twins } from '../support/stage.js'

const lookAndEnd =
  (stage: Stage): Then =>
  (actor) => {
    actor.look()
    stage.end()
  }

export const close: Twins = {
  'never used': (stage) => stage.actor('one').use().close(),
  'three, in their order': (stage) => {
    const [one, two, three] = [stage.actor('one').use(), stage.actor('two').use(), stage.actor('three').use()]
    two.close()
    one.close()
    three.close()
  },
  'in a close callback': (stage) => {
    const [one, two, three] = [stage.actor('one').use(), stage.actor('two').use(), stage.actor('three').use()]
    one.close(() => {
      two.close()
      three.close()
    })
  },
  'everything under way': (stage) =>
    stage.meet((client) => {
      client.read()
      client.write(FLOOD)
      client.write(1)
      client.shutdown()
      client.close(stage.end)
    }),
  'while writing': (stage) =>
    stage.meet((client) => {
      client.write(FLOOD)
      client.write(1)
      stage.settle(() => {
        client.look()
        client.close(stage.end)
      })
    }),
  'right after a write': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(0, stage.end)
      client.write(1000)
      client.close(stage.end)
    }),
  'in a read callback': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(10, (peer) => peer.close(stage.end))
      client.read(0, stage.end)
      client.write(10)
    }),
  'at the end': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(0, (peer) => peer.close(stage.end))
      client.read(0, () => client.close(stage.end))
      client.shutdown()
    }),
  'in a write callback': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(0, stage.end)
      client.write(10, () => client.close(stage.end))
      client.shutdown()
    }),
  'in a shutdown callback': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(0, stage.end)
      client.shutdown(() => client.close(stage.end))
    }),
  'the other of the round': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      client.write(1)
      peer.write(1)
      stage.settle(() => {
        peer.read(1, () => client.close(stage.end))
        client.read(1, () => peer.close(stage.end))
      })
    }),
  'its descriptor used again at once': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      client.write(1)
      peer.write(1)
      stage.settle(() => {
        client.read(1, () => {
          client.readStop()
          peer.close()
          stage.actor('one').call(stage.server, stage.end)
        })
        peer.read(1)
      })
    }),
  'all at once': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(3)
      stage.server.close(stage.end)
      client.close(stage.end)
      stage.peer.close(stage.end)
    }),
  reset: (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(0, lookAndEnd(stage))
      client.closeReset(stage.end)
    }),
  'reset by both': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      stage.expectEnds(2)
      peer.read()
      client.read()
      client.closeReset(stage.end)
      peer.closeReset(stage.end)
    }),
  'reset after writes': (stage) =>
    stage.meet((client) => {
      client.write(100)
      client.write(200)
      client.closeReset(() => stage.settle(() => void stage.peer.read(0, lookAndEnd(stage))))
    }),
  'reset while writing': (stage) =>
    stage.meet((client) => {
      client.write(FLOOD)
      client.write(1)
      stage.settle(() => {
        client.look()
        client.closeReset(stage.end)
      })
    }),
  'reset at the end': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      stage.expectEnds(2)
      peer.read(0, () => void peer.closeReset(stage.end))
      client.read(0, stage.end)
      client.shutdown()
    }),
  'reset a listener': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.server.closeReset(stage.end)
      stage.peer.read()
      client.shutdown(stage.end)
    }),
  'reset what is only bound': (stage) => {
    const one = stage.actor('one')
    one.bind('127.0.0.1')
    one.closeReset(stage.end)
  },
}
