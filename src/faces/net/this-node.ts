/**
 * How the `node:net` of the running Node differs from older ones: programs are written for the Node that they run on.
 * Deno and Bun count as the Node version that they report.
/** A release: the first of its release line that has a change. */
type Release = readonly [major: number, minor: number]

const [MAJOR = 0, MINOR = 0] = process.versions.node.split('.').map(Number)

/** Whether the running Node has a change that was made in these releases and is in all later release lines. */
function since(...releases: readonly Release[]): boolean {
  const newest = Math.max(...releases.map(([major]) => major))
  return MAJOR > newest || releases.some(([major, minor]) => MAJOR === major && MINOR >= minor)
}

/** The behavior of the running Node. */
export const thisNode = {
  /** `maxConnections = 0` allows no connections; before, it meant no limit. */
  zeroConnectionsIsNone: since([21, 0]),
  /** `end()` of a socket that never connected completes immediately; before, it waited for a connection. */
  endsUnconnected: since([21, 0]),
  /** A write that fails reports its error even if its socket was destroyed; before, it counted as successful. */
  tellsCancelledWrites: since([22, 9], [23, 0]),
  /** `listen({ reusePort: true })`. */
  sharesPorts: since([22, 12], [23, 1]),
  /** The option `blockList` of sockets and servers. */
  blocksAddresses: since([22, 13], [23, 4]),
} as const
