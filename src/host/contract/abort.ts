/** Ending a connection with a reset, on hosts that can and on those that cannot. */
import type { SocketAddress } from '../../base/address.js'
import type { HostConnection } from './connection.js'
import { HostError } from './error.js'

/** Resets a connection. Where the host has no reset it is closed: that is all that can be done for it. */
export function abort(connection: HostConnection<SocketAddress>): void {
  try {
    connection.reset()
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    connection.close()
  }
}
