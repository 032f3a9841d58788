/** The twins of `native/read.c`: the events of a reader, to the end and after it. */
import { FLOOD, type Stage, type Then, type Twins } from '../support/stage.js'

const lookAndEnd =
  (stage: Stage): Then =>
  (actor) => {
    actor.look()
    stage.end()
  }

/** Reads only after all bytes have arrived. */
const readLater = (stage: Stage): void => stage.settle(() => void stage.peer.read(0, lookAndEnd(stage)))

export const read: Twins = {
  'to the end': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(0, stage.end)
      client.write(1000)
      client.write(2000)
      client.write(3000)
      client.shutdown(stage.end)
    }),
  'beyond the end': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      peer.read(0, () => {
        peer.look()
        peer.read(0, lookAndEnd(stage))
      })
      client.write(5)
      client.shutdown()
    }),
  'start twice, stop twice': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      peer.read(0, stage.end)
      peer.read(0, stage.end)
      peer.look()
      peer.readStop()
      peer.readStop()
      peer.look()
      peer.read(0, stage.end)
      client.write(10)
      client.shutdown()
    }),
  'stopped in the callback': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      peer.read(300, () => {
        peer.readStop()
        peer.look()
        client.write(700)
        client.shutdown()
        stage.settle(() => {
          peer.look()
          peer.read(0, lookAndEnd(stage))
        })
      })
      client.write(300)
    }),
  'a writer is held back': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      client.write(FLOOD)
      client.shutdown(stage.end)
      stage.settle(() => {
        client.look()
        stage.peer.read(0, stage.end)
      })
    }),
  'half-closed': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      stage.expectEnds(2)
      peer.read(0, () => {
        peer.look()
        peer.write(1000)
        peer.write(2000)
        peer.shutdown(stage.end)
      })
      client.read(0, stage.end)
      client.shutdown()
    }),
  reset: (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      peer.read(0, () => {
        peer.look()
        peer.names()
        peer.read()
        peer.write(1)
        peer.shutdown()
        stage.end()
      })
      client.closeReset()
    }),
  'reset behind bytes': (stage) =>
    stage.meet((client) => {
      stage.peer.read(0, stage.end)
      client.write(500, () => void client.closeReset())
    }),
  'reset behind bytes, read later': (stage) =>
    stage.meet((client) => void client.write(500, () => void client.closeReset(() => readLater(stage)))),
  'closed behind bytes, read later': (stage) =>
    stage.meet((client) => void client.write(500, () => client.close(() => readLater(stage)))),
  'closed with unread bytes': (stage) =>
    stage.meet((client) => {
      client.read(0, lookAndEnd(stage))
      client.write(100, () => stage.settle(() => stage.peer.close()))
    }),
  'both close while reading': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      stage.expectEnds(2)
      peer.read()
      client.read(10, () => {
        client.close(stage.end)
        peer.close(stage.end)
      })
      peer.write(10)
    }),
}
