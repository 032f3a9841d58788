/**
 * In what the `node:net` of the running Node differs from an older one's: programs are written for the Node that they run on. Deno
 * and Bun count as the Node whose version they report.
 */

/** A release: the first of its line that has a change. */
type Release = readonly [major: number, minor: number]

const [MAJOR = 0, MINOR = 0] = process.versions.node.split('.').map(Number)

/** Whether the running Node has what came with these releases, and is in all later lines. */
function since(...releases: readonly Release[]): boolean {
  const newest = Math.max(...releases.map(([major]) => major))
  return MAJOR > newest || releases.some(([major, minor]) => MAJOR === major && MINOR >= minor)
}

/** What the running Node does. */
export const thisNode = {
  /** `maxConnections = 0` lets none in; before, it was no limit. */
  zeroConnectionsIsNone: since([21, 0]),
  /** `end()` of a socket that never connected is over at once; before, it waited for a connection. */
  endsUnconnected: since([21, 0]),
  /** A write that fails says so although its socket was destroyed; before, it counted as done. */
  tellsCancelledWrites: since([22, 9], [23, 0]),
  /** `listen({ reusePort: true })`. */
  sharesPorts: since([22, 12], [23, 1]),
  /** The option `blockList` of sockets and servers. */
  blocksAddresses: since([22, 13], [23, 4]),
} as const
