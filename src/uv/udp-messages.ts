/** The messages of a UDP handle as an async iterable. Nothing is received before the consumer asks for it. */
import { UVError } from './errors.js'
import { WHEN_CLOSED } from './handle.js'
import { INSTANCE } from './loop/loop-keys.js'
import type { UDP, UDPMessage } from './udp.js'

/**
 * Iterates over the messages until the handle is closed.
 *
 * @throws {UVError} ECONNREFUSED and the like, when a message that was sent before failed; EALREADY when the handle
 *   is receiving already
 */
export async function* receivedMessages(udp: UDP): AsyncGenerator<UDPMessage, void, undefined> {
  for (;;) {
    const message = await nextMessage(udp)
    if (message === undefined) return
    yield message
  }
}

/** Receives one message, and restores the handle's state. @returns `undefined` when the handle is closed */
function nextMessage(udp: UDP): Promise<UDPMessage | undefined> {
  if (udp.closing) return Promise.resolve(undefined)
  const before = udp.onReceive
  return new Promise((resolve, reject) => {
    udp.recvStart((_udp, status, data, from) => {
      forget()
      udp.recvStop()
      udp.onReceive = before
      if (from !== undefined) resolve({ data, from })
      else reject(new UVError(status, udp.loop[INSTANCE].describeStatus(status), 'recv'))
    })
    const forget = udp[WHEN_CLOSED](() => resolve(undefined))
  })
}
