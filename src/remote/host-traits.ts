/** What the guest's end has to know of the parent's host before it can ask. */
import type { Host } from '../host/contract/host.js'

/** The fixed properties of a host. */
export interface HostTraits {
  /** Whether it supports sockets with paths. */
  readonly hasUnix: boolean
  /** Whether sockets can share a port; see {@link Host.sharesPorts}. */
  readonly sharesPorts: { readonly stream: boolean; readonly datagram: boolean }
  /** When its clock was 0, in the milliseconds since 1970 that all threads of a process share. */
  readonly clockStart: number
}

/** Describes a host for its clients. */
export function traitsOf(host: Host): HostTraits {
  return {
    hasUnix: host.unix !== undefined,
    sharesPorts: { stream: host.sharesPorts('stream'), datagram: host.sharesPorts('datagram') },
    clockStart: performance.timeOrigin + performance.now() - host.clock() / 1e6,
  }
}
