import { ArgumentError, show } from '../uv/errors.js'
import { GuestIsolation } from './guest-isolation.js'
import type { Isolation } from './isolation.js'

/**
 * What keeps a plugin apart. `thread`: a thread, which is ended when the guest computes for too long. `process`: a
 * process, with less than the rights of this one, whose crash harms no other; for programs of unknown authors. `none`:
 * WebAssembly alone, for trusted programs, since an endless loop in one stops the host application.
 */
export type IsolationName = Isolation['name']

/** Returns the isolation with that name. @throws {ArgumentError} when there is none */
export async function chooseIsolation(name: IsolationName): Promise<Isolation> {
  if (name === 'thread' || name === 'none') return new GuestIsolation(name)
  if (name === 'process') return new (await import('./process/process-isolation.js')).ProcessIsolation()
  throw new ArgumentError(
    `Cannot start the plugin: isolation ${show(name)} is not known; give 'thread', 'process' or 'none'`,
  )
}
