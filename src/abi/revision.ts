/** What this version offers to guests, and how a guest says what it was linked with. */

/** The custom section that uvcc puts into each module that it links; `sdk/revision.c` has its text. */
export const LINKED_SECTION = 'libuv-wasm'

/** Revisions of the interface between guests and hosts; `libuv-port/include/uv_host.h` says when there is a new one. */
export const Revision = {
  /** That of a guest without the section: its sockets are numbered from 256. */
  UNSAID: 1,
  /** The newest that is offered here. */
  NEWEST: 2,
} as const

/** The version of this package. */
export const VERSION = '0.1.0'
