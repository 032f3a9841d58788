/** Names of hosts, looked up by the loop's own host. */

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

/** What is to be looked up. */
export interface LookupOptions {
  /** Addresses of this family only. */
  readonly family?: 'ipv4' | 'ipv6'
  /** The port that the addresses shall have, 0 to 65535; 0 by default. */
  readonly port?: number
  /** Gives the lookup up. */
  readonly signal?: PlatformSignal
}

/** A lookup's outcome: addresses, or why there are none. */
export type Found = { readonly addresses: readonly Address[] } | { readonly error: UVError }

/**
 * Looks a name up. An address is its own answer, and `localhost` means the loopback addresses everywhere (RFC 6761, section 6.3).
 *
 * @param text - an address or a name
 * @param done - called once, in the loop
 * @returns gives the lookup up: nothing is called then
 * @throws {ArgumentError} when it is neither
 * @throws {UVError} what the host refuses at once
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
 * Asks the loop's host for a name as it stands, whatever it is, for callers whose own rules say what a name is. The answer has
 * the host's order. Of `localhost` something is known even where the host looks nothing up, or not for this program.
 *
 * @param done - called once, in the loop
 * @returns gives the lookup up: nothing is called then
 * @throws {UVError} what the host refuses at once; and what else it throws, as it is
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

/** What is asked. */
interface Question {
  readonly name: string
  /** How the caller wrote it. */
  readonly shown: string
  readonly family: LookupFamily
  readonly port: number
  /** Whether the host is asked at all, and what is known without it. */
  readonly ask: boolean
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

/** Keeps the loop alive as long as the host looks, and brings the outcome into it, as one of its callbacks. */
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

/** {@link Loop.lookup}. */
export function lookupAddresses(instance: Instance, name: string, options: LookupOptions): Promise<readonly Address[]> {
  const { family, signal, port = 0 } = options
  if (family !== undefined && family !== 'ipv4' && family !== 'ipv6') {
    throw new ArgumentError(`family ${show(family)} is neither 'ipv4' nor 'ipv6'`)
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

/** One address of an answer; `undefined` where the host told something else, or the zone of no interface. */
function addressOf(host: Host, text: string, port: number): Address | undefined {
  const ip = parseIp(text)
  if (ip?.family !== 'ipv6') return ip && { family: 'ipv4', host: ip.host, port }
  const scopeId = readZone(host, ip.zone)
  return scopeId === undefined ? undefined : { family: 'ipv6', host: ip.host, port, flowInfo: 0, scopeId }
}

/** What `getaddrinfo()` calls the host's errors. */
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
