/** What is measured: how the load generator is used, and what counts. */

/** A way to use a server. */
export interface Mode {
  readonly name: string
  /** What a person reads. */
  readonly title: string
  /** The load generator's mode, connections, bytes a message, and idle connections. */
  readonly load: 'ping' | 'stream' | 'churn'
  readonly connections: number
  readonly size: number
  readonly idle?: number
  /** Client and server on one CPU: with one message under way, two CPUs measure the scheduler. */
  readonly pinned?: boolean
  /** What the rate counts. */
  readonly unit: 'messages' | 'bytes' | 'connections'
}

/** All modes. */
export const MODES: readonly Mode[] = [
  {
    name: 'ping1',
    title: '64 B, 1 connection',
    load: 'ping',
    connections: 1,
    size: 64,
    pinned: true,
    unit: 'messages',
  },
  { name: 'ping50', title: '64 B, 50 connections', load: 'ping', connections: 50, size: 64, unit: 'messages' },
  { name: 'mid20', title: '16 KiB, 20 connections', load: 'ping', connections: 20, size: 16_384, unit: 'messages' },
  { name: 'bulk4', title: '1 MiB streams, 4', load: 'stream', connections: 4, size: 1_048_576, unit: 'bytes' },
  { name: 'churn', title: 'connect, exchange, reset', load: 'churn', connections: 20, size: 1, unit: 'connections' },
  {
    name: 'active1pc',
    title: '100 active of 10,000',
    load: 'ping',
    connections: 100,
    size: 64,
    idle: 9_900,
    unit: 'messages',
  },
]
