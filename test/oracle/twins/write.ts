/** The twins of `native/write.c`: writes, their order, and their failures. */
import { FLOOD, type Stage, type Then, type Twin, type Twins } from '../support/stage.js'

const lookAndEnd =
  (stage: Stage): Then =>
  (actor) => {
    actor.look()
    stage.end()
  }

/** Writes twice after all bytes have arrived. */
const settleAndWrite = (stage: Stage) => (): void =>
  stage.settle(() => {
    stage.client.write(1)
    stage.client.write(1, lookAndEnd(stage))
  })

const floodThrice = ({ client }: Stage, then: Then): void => {
  client.write(FLOOD)
  client.write(1)
  client.write(2, then)
}

/** Runs `strike` on the peer while the client writes. */
const underFlood =
  (strike: (stage: Stage) => void): Twin =>
  (stage) =>
    stage.meet((client) => {
      floodThrice(stage, lookAndEnd(stage))
      stage.settle(() => {
        client.look()
        strike(stage)
      })
    })

export const write: Twins = {
  'three in a row': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(6, stage.end)
      client.write(1)
      client.write(2)
      client.write(3, lookAndEnd(stage))
      client.look()
    }),
  'nothing, between others': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(3, stage.end)
      client.write(1)
      client.write(0)
      client.write(2, stage.end)
      client.tryWrite(0)
    }),
  nothing: (stage) =>
    stage.meet((client) => {
      client.write(0, lookAndEnd(stage))
      client.look()
    }),
  'from a callback': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      stage.peer.read(10, stage.end)
      client.write(1, () => {
        client.write(3, stage.end)
        // If nothing is sent at once, the reader never gets all bytes.
        if (client.tryWrite(4) === 'EAGAIN') stage.end()
      })
      client.write(2)
    }),
  'tryWrite behind a write': (stage) =>
    stage.meet((client) => {
      client.write(FLOOD)
      client.tryWrite(1)
      client.look()
      stage.end()
    }),
  'tryWrite until it is full': (stage) =>
    stage.meet((client) => {
      stage.hush(true)
      while (client.tryWrite(65_536) !== 'EAGAIN');
      stage.hush(false)
      client.tryWrite(65_536)
      client.look()
      stage.end()
    }),
  'after shutdown': (stage) =>
    stage.meet((client) => {
      client.shutdown(() => {
        client.write(1)
        client.tryWrite(1)
        stage.end()
      })
      client.write(1)
      client.tryWrite(1)
    }),
  'after the peer closed': (stage) =>
    stage.meet((client) => stage.peer.close(() => void client.write(1, settleAndWrite(stage)))),
  'after the peer closed, reading': (stage) =>
    stage.meet((client) =>
      stage.peer.close(() => {
        client.read()
        client.write(1, settleAndWrite(stage))
      }),
    ),
  'after a reset': (stage) => stage.meet(() => void stage.peer.closeReset(settleAndWrite(stage))),
  'tryWrite after a reset': (stage) =>
    stage.meet(
      (client) =>
        void stage.peer.closeReset(() =>
          stage.settle(() => {
            client.tryWrite(1)
            client.tryWrite(1)
            client.look()
            client.read(0, lookAndEnd(stage))
          }),
        ),
    ),
  'right after a reset': (stage) =>
    stage.meet((client) => {
      stage.peer.closeReset()
      client.write(1)
      client.write(1, lookAndEnd(stage))
    }),
  'tryWrite right after a reset': (stage) =>
    stage.meet((client) => {
      stage.peer.closeReset()
      client.tryWrite(1)
      client.tryWrite(1)
      stage.end()
    }),
  'a reset while writing': underFlood((stage) => void stage.peer.closeReset()),
  'a reset while writing and reading': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      floodThrice(stage, lookAndEnd(stage))
      client.read(0, lookAndEnd(stage))
      stage.settle(() => {
        client.look()
        stage.peer.closeReset()
      })
    }),
  'the peer closes while writing': underFlood((stage) => stage.peer.close()),
  'the peer ends while writing': (stage) =>
    stage.meet((client) => {
      stage.expectEnds(2)
      client.read(0, lookAndEnd(stage))
      stage.peer.shutdown()
      client.write(FLOOD)
      client.shutdown()
      stage.peer.read(0, stage.end)
    }),
  'closed in the first callback': (stage) =>
    stage.meet((client) => {
      client.write(1, () => client.close(stage.end))
      client.write(2)
      client.write(FLOOD)
      client.write(3)
    }),
  'both ways at once': (stage) =>
    stage.meet((client) => {
      const { peer } = stage
      stage.expectEnds(4)
      client.read(0, stage.end)
      peer.read(0, stage.end)
      client.write(FLOOD)
      peer.write(FLOOD)
      client.shutdown(stage.end)
      peer.shutdown(stage.end)
    }),
  'without a socket': (stage) => {
    const other = stage.actor('other')
    other.write(1)
    other.tryWrite(1)
    stage.end()
  },
}
