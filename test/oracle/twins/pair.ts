/** The twins of `native/pair.c`: two handles connected without a network, and descriptors that are taken over. */
import { TCP } from '../../../src/index.js'
import { type Actor, FLOOD, type Stage, type Then, type Twins } from '../support/stage.js'

const pairOf = (stage: Stage): [Actor, Actor] => {
  const [one, other] = TCP.pair(stage.loop)
  return [stage.actor('one', one), stage.actor('other', other)]
}

const lookAndEnd =
  (stage: Stage): Then =>
  (actor) => {
    actor.look()
    stage.end()
  }

export const pair: Twins = {
  fresh: (stage) => {
    const [one] = pairOf(stage)
    one.look()
    one.told('setNoDelay', () => one.tcp.setNoDelay(true))
    one.told('setKeepAlive', () => one.tcp.setKeepAlive(true, 60))
    one.bind('127.0.0.1')
    one.listen()
    one.connect('127.0.0.1', 9)
    one.accept('unwanted')
    stage.end()
  },
  'it talks': (stage) => {
    const [one, other] = pairOf(stage)
    stage.expectEnds(2)
    other.read(0, lookAndEnd(stage))
    one.write(1000)
    one.write(0)
    one.write(2000)
    one.shutdown(stage.end)
  },
  'a writer is held back': (stage) => {
    const [one, other] = pairOf(stage)
    stage.expectEnds(2)
    one.write(FLOOD)
    one.shutdown(stage.end)
    stage.settle(() => {
      one.look()
      other.read(0, stage.end)
    })
  },
  closed: (stage) => {
    const [one, other] = pairOf(stage)
    stage.expectEnds(2)
    other.read(0, lookAndEnd(stage))
    one.write(10)
    one.close(stage.end)
  },
  'written to when closed': (stage) => {
    const [one, other] = pairOf(stage)
    one.close(() => {
      other.write(1)
      other.tryWrite(1)
      other.shutdown()
      other.read(0, lookAndEnd(stage))
    })
  },
  'closed with unread bytes': (stage) => {
    const [one, other] = pairOf(stage)
    one.read(0, lookAndEnd(stage))
    one.write(10, () => other.close())
  },
  reset: (stage) => {
    const [one, other] = pairOf(stage)
    stage.expectEnds(2)
    other.read(0, lookAndEnd(stage))
    one.closeReset(stage.end)
  },
  'closed while writing': (stage) => {
    const [one] = pairOf(stage)
    one.write(FLOOD)
    one.write(1)
    one.shutdown()
    one.close(stage.end)
  },
  'descriptors that cannot be opened': (stage) => {
    const [one] = pairOf(stage)
    const fd = stage.serve().tcp.fileno()
    one.told('open', () => one.tcp.open(fd))
    const client = stage.actor('client')
    client.told('open', () => client.tcp.open(12345))
    client.names()
    client.told('open', () => client.tcp.open(fd))
    stage.end()
  },
}
