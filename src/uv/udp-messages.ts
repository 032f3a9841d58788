/** The messages of a UDP handle as an async iterable: nothing is received ahead of who asks. */
import { UVError } from './errors.js'
import { WHEN_CLOSED } from './handle.js'
import { INSTANCE } from './loop.js'
import type { UDP, UDPMessage } from './udp.js'

/**
 * The messages until the handle is closed.
 *
 * @throws {UVError} ECONNREFUSED and the like, when one that was sent before failed; EALREADY when a callback receives already
 */
export async function* receivedMessages(udp: UDP): AsyncGenerator<UDPMessage, void, undefined> {
  for (;;) {
    const message = await nextMessage(udp)
    if (message === undefined) return
    yield message
  }
}

/** Receives once, and leaves the handle as it was. @returns `undefined` when it is closed */
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
