/** The twins of `native/shutdown.c`: shutdown(), its order among writes, and the calls that it forbids. */
import { FLOOD, type Stage, type Then, type Twins } from '../support/stage.js'

const lookAndEnd =
  (stage: Stage): Then =>
  (actor) => {
    actor.look()
    stage.end()
  }

/** Shuts the client down after all bytes have arrived. */
const settleAndShut = (stage: Stage) => (): void => stage.settle(() => void stage.client.shutdown(lookAndEnd(stage)))

export const shutdown: Twins = {
  twice: (stage) =>
    stage.meet((client) => {
      client.shutdown(() => {
        client.look()
        client.shutdown()
        stage.end()
      })
      client.look()
      client.shutdown()
    }),
  'behind a write': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(0, stage.end)
      client.write(10)
      client.shutdown(stage.end)
      client.look()
    }),
  'behind a long write': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      client.write(FLOOD)
      client.shutdown(lookAndEnd(stage))
      stage.settle(() => {
        client.look()
        stage.peer.read(0, stage.end)
      })
    }),
  'both sides at once': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      stage.expectEnds(4)
      client.read(0, stage.end)
      peer.read(0, stage.end)
      client.shutdown(stage.end)
      peer.shutdown(stage.end)
    }),
  'then close': (stage) =>
    stage.meet((client) => {
      client.shutdown()
      client.close(stage.end)
    }),
  'then closeReset': (stage) =>
    stage.meet((client) => {
      client.shutdown(() => void client.closeReset(stage.end))
      client.closeReset(stage.end)
      client.look()
    }),
  "after the peer's end": (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      stage.expectEnds(2)
      peer.read(0, () => {
        peer.shutdown(stage.end)
        peer.look()
      })
      client.read(0, stage.end)
      client.shutdown()
    }),
  'after a reset': (stage) => stage.meet(() => void stage.peer.closeReset(settleAndShut(stage))),
  'after the peer closed': (stage) => stage.meet(() => stage.peer.close(settleAndShut(stage))),
  'behind a long write that is reset': (stage) =>
    stage.meet((client) => {
      client.write(FLOOD)
      client.shutdown(lookAndEnd(stage))
      stage.settle(() => void stage.peer.closeReset())
    }),
  'it reads on': (stage) =>
    stage.meet((client) => {
      client.shutdown(() => {
        client.write(1)
        client.read(5, stage.end)
        stage.peer.write(5)
      })
    }),
}
