/** Ending a connection with a reset, including on hosts without resets. */
import type { SocketAddress } from '../../base/address.js'
import type { HostConnection } from './connection.js'
import { HostError } from './error.js'

/** Resets a connection. If the host does not support resets, the connection is closed instead. */
export function abort(connection: HostConnection<SocketAddress>): void {
  try {
    connection.reset()
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    connection.close()
  }
}
