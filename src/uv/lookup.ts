/** Lookups of host names through the loop's host. */

import type { Address } from '../base/address.js'
import { alternateFamilies } from '../base/alternate-families.js'
import type { ErrnoName } from '../base/errno.js'
import { readHost } from '../base/host-text.js'
import { familyOf, parseIp } from '../base/ip.js'
import type { PlatformSignal } from '../base/platform-types.js'
import { HostError } from '../host/contract/error.js'
import type { Host } from '../host/contract/host.js'
import type { CancelLookup, LookupFamily } from '../host/contract/lookup.js'
import { type CallbackKind, type CallbackTarget, FIRE } from '../runtime/dispatch.js'
import type { Instance } from '../runtime/instance.js'
import { notAHost, readZone } from './address.js'
import { ArgumentError, checkInteger, show, UVError } from './errors.js'
import { StatusCode } from './status.js'

/** The options of {@link Loop.lookup}. */
export interface LookupOptions {
  /** Only addresses of this family; by default both. */
  readonly family?: 'ipv4' | 'ipv6'
  /** The port of the returned addresses, 0 to 65535; 0 by default. */
  readonly port?: number
  /** Cancels the lookup. */
  readonly signal?: PlatformSignal
}

/** The result of a lookup: addresses, or the error. */
export type Found = { readonly addresses: readonly Address[] } | { readonly error: UVError }

/**
 * Looks up a host name. An IP address is returned as it is, and `localhost` means the loopback addresses on every
 * host (RFC 6761, section 6.3).
 *
 * @param text - an address or a name
 * @param done - called once, in the loop
 * @returns cancels the lookup: `done` is not called then
 * @throws {ArgumentError} when the text is neither an address nor a name
 * @throws {UVError} for an error that the host reports immediately
 */
export function lookUp(
  instance: Instance,
  text: string,
  { family = 'any', port }: { readonly family?: LookupFamily; readonly port: number },
  done: (found: Found) => void,
): CancelLookup {
  const host = readHost(text)
  if (host === undefined) throw notAHost(text)
  const known = host.kind === 'address' ? [text] : LOCALHOST.test(host.name) ? LOOPBACK : undefined
  const name = host.kind === 'name' ? host.name : text
  return begin(
    instance,
    { name, shown: text, family, port, ask: known === undefined, known, order: alternateFamilies },
    done,
  )
}

/**
 * Passes a name to the loop's host unchanged, for callers with rules of their own for valid names. The result keeps
 * the host's order. `localhost` has a result even if the host cannot look names up, or does not allow it.
 *
 * @param done - called once, in the loop
 * @returns cancels the lookup: `done` is not called then
 * @throws {UVError} for an error that the host reports immediately; other exceptions of the host are passed on
 */
export function lookUpVerbatim(
  instance: Instance,
  name: string,
  family: LookupFamily,
  done: (found: Found) => void,
): CancelLookup {
  const known = LOCALHOST.test(name) ? LOOPBACK : undefined
  return begin(instance, { name, shown: name, family, port: 0, ask: true, known, order: (found) => found }, done)
}

/** What to look up, and how. */
interface Question {
  readonly name: string
  /** The text that the caller passed. */
  readonly shown: string
  readonly family: LookupFamily
  readonly port: number
  /** Whether to ask the host. */
  readonly ask: boolean
  /** The addresses that are known without the host. */
  readonly known: readonly string[] | undefined
  readonly order: (found: readonly Address[]) => readonly Address[]
}

function begin(instance: Instance, question: Question, done: (found: Found) => void): CancelLookup {
  const { name, shown, family, port, ask, order } = question
  const known = question.known?.filter((host) => family === 'any' || family === familyOf(host)) ?? []
  const wakeup = new Wakeup(instance, done)
  const answer = (hosts: readonly string[]): void => {
    const addresses = hosts.flatMap((host) => addressOf(instance.host, host, port) ?? [])
    if (addresses.length === 0) wakeup.end({ error: failure(instance, shown, 'ENOENT') })
    else wakeup.end({ addresses: order(addresses) })
  }
  const onError = (code: ErrnoName): void => wakeup.end({ error: failure(instance, shown, code) })
  try {
    if (ask) wakeup.cancel = instance.host.lookup(name, family, { onAnswer: answer, onError })
    else answer(known)
  } catch (error) {
    if (error instanceof HostError && known.length > 0) answer(known)
    else {
      wakeup.giveUp()
      throw error instanceof HostError ? failure(instance, shown, error.code) : error
    }
  }
  return () => wakeup.giveUp()
}

const LOCALHOST = /^localhost$/i
const LOOPBACK = ['127.0.0.1', '::1']

/** Keeps the loop alive during a host's lookup, and delivers the result in the loop, as one of its callbacks. */
class Wakeup implements CallbackTarget {
  cancel: CancelLookup = () => {}
  readonly #instance: Instance
  readonly #async: number
  #done: ((found: Found) => void) | undefined
  #found: Found | undefined

  constructor(instance: Instance, done: (found: Found) => void) {
    const id = instance.dispatch.add(this)
    this.#instance = instance
    this.#async = instance.exports.uvw_async_init(id)
    this.#done = done
    if (this.#async >= 0) return
    instance.dispatch.remove(id)
    throw new UVError(this.#async, instance.describeStatus(this.#async), 'lookup')
  }

  end(found: Found): void {
    this.#found = found
    this.#instance.exports.uvw_async_send(this.#async)
    this.#instance.pump.wake()
  }

  giveUp(): void {
    if (this.#done === undefined) return
    this.#done = undefined
    this.cancel()
    this.#close()
  }

  [FIRE](kind: CallbackKind): void {
    const [done, found] = [this.#done, this.#found]
    if (kind !== 'wakeup' || done === undefined || found === undefined) return
    this.#done = undefined
    this.#close()
    done(found)
  }

  #close(): void {
    this.#instance.exports.uvw_close(this.#async)
    this.#instance.pump.wake()
  }
}

/** Implements {@link Loop.lookup}. */
export function lookupAddresses(instance: Instance, name: string, options: LookupOptions): Promise<readonly Address[]> {
  const { family, signal, port = 0 } = options
  if (family !== undefined && family !== 'ipv4' && family !== 'ipv6') {
    throw new ArgumentError(`Cannot use family ${show(family)}: it is neither 'ipv4' nor 'ipv6'`)
  }
  checkInteger(port, 'port', 0, 65_535)
  if (readHost(name) === undefined) throw notAHost(name)
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const abort = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = lookUp(instance, name, { family: family ?? 'any', port }, (found) => {
      signal?.removeEventListener('abort', abort)
      if ('error' in found) reject(found.error)
      else resolve(found.addresses)
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Parses an address of a result; `undefined` for any other text, or if the zone is not an interface. */
function addressOf(host: Host, text: string, port: number): Address | undefined {
  const ip = parseIp(text)
  if (ip?.family !== 'ipv6') return ip && { family: 'ipv4', host: ip.host, port }
  const scopeId = readZone(host, ip.zone)
  return scopeId === undefined ? undefined : { family: 'ipv6', host: ip.host, port, flowInfo: 0, scopeId }
}

/** The names that `getaddrinfo()` has for the host's errors. */
const STATUS: Partial<Record<ErrnoName, string>> = {
  ENOENT: 'EAI_NONAME',
  ETIMEDOUT: 'EAI_AGAIN',
  EIO: 'EAI_FAIL',
  ENOMEM: 'EAI_MEMORY',
}

function failure(instance: Instance, name: string, code: ErrnoName): UVError {
  const status = StatusCode[STATUS[code] ?? code] ?? StatusCode.UNKNOWN
  return new UVError(status, `${instance.describeStatus(status)} (${show(name)})`, 'lookup')
}
