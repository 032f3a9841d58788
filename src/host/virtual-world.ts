/** Worlds of several machines in virtual time, for `src/sim`. */
export { macrotask } from './virtual/event-queue.js'
export { HostsTable } from './virtual/hosts-table.js'
export type { Ip } from './virtual/ip.js'
export type { LineOptions } from './virtual/line.js'
export { EPOCH, Machine } from './virtual/machine.js'
export type { Schedule } from './virtual/schedule.js'
export type { Tap, WirePacket } from './virtual/tap.js'
export { World } from './virtual/world.js'
