/** The twins of `native/foreign.c`: a peer process without libuv is killed, resets, ends. */
import { FLOOD, type Stage, type Then, type Twin, type Twins } from '../support/stage.js'

const lookAndEnd =
  (stage: Stage): Then =>
  (actor) => {
    actor.look()
    stage.end()
  }

/** Makes a peer process connect: `met` is called then, and `gone` at its end. */
const play = (stage: Stage, script: string, met: Then | undefined, gone: () => void): void => {
  stage.hush(true)
  stage.serve((server) => {
    const peer = server.accept('peer')
    if (peer === undefined) return
    stage.peer = peer
    met?.(peer, '0')
  })
  stage.hush(false)
  stage.startPeer(script, gone)
}

/** Kills it when all bytes have arrived. */
const killSettled = (stage: Stage): void =>
  stage.settle(() => {
    stage.peer.look()
    stage.killPeer()
  })

/** Reads once the process has ended. */
const readLater =
  (script: string): Twin =>
  (stage) =>
    play(stage, script, undefined, () => void stage.peer.read(0, lookAndEnd(stage)))

/** Writes once the process has ended, and again when the answer to that has arrived. */
const writeLater =
  (script: string): Twin =>
  (stage) =>
    play(stage, script, undefined, () => {
      const { peer } = stage
      peer.write(1)
      stage.settle(() => {
        peer.write(1)
        peer.write(1, lookAndEnd(stage))
      })
    })

export const foreign: Twins = {
  'killed while it writes': (stage) =>
    play(
      stage,
      'flood',
      (peer) => {
        stage.expectEnds(2)
        peer.uncounted = true
        peer.read(1000, () => {
          stage.killPeer()
          peer.readStop()
          peer.read(0, lookAndEnd(stage))
        })
      },
      stage.end,
    ),
  'killed while we write': (stage) =>
    play(
      stage,
      'wait',
      (peer) => {
        stage.expectEnds(2)
        peer.write(FLOOD)
        peer.write(1, lookAndEnd(stage))
        killSettled(stage)
      },
      stage.end,
    ),
  'killed while we write and read': (stage) =>
    play(
      stage,
      'wait',
      (peer) => {
        stage.expectEnds(3)
        peer.read(0, lookAndEnd(stage))
        peer.write(FLOOD)
        peer.write(1, lookAndEnd(stage))
        killSettled(stage)
      },
      stage.end,
    ),
  'killed while nothing happens': (stage) =>
    play(
      stage,
      'wait',
      (peer) => {
        stage.expectEnds(2)
        peer.read(0, lookAndEnd(stage))
        killSettled(stage)
      },
      stage.end,
    ),
  'we write after it closed': writeLater('shut'),
  'we write after it reset': writeLater('reset'),
  'we read after it wrote and reset': readLater('write:10000 reset'),
  'we read after it wrote and closed': readLater('write:10000'),
  'it resets': (stage) =>
    play(
      stage,
      'reset',
      (peer) => {
        stage.expectEnds(2)
        peer.read(0, lookAndEnd(stage))
      },
      stage.end,
    ),
  'it half-closes': (stage) =>
    play(
      stage,
      'write:1000 shut read:500 end',
      (peer) => {
        stage.expectEnds(2)
        peer.read(0, () => {
          peer.look()
          peer.write(500)
          peer.shutdown(stage.end)
        })
      },
      stage.end,
    ),
  'it half-closes and reads on': (stage) =>
    play(
      stage,
      'shut end',
      (peer) => {
        stage.expectEnds(2)
        peer.read(0, () => {
          peer.write(FLOOD)
          peer.shutdown(stage.end)
        })
      },
      stage.end,
    ),
  'it closes with unread bytes': (stage) =>
    play(
      stage,
      'peek',
      (peer) => {
        stage.expectEnds(3)
        peer.write(500, stage.end)
        peer.read(0, lookAndEnd(stage))
      },
      stage.end,
    ),
}
