/** Names of hosts, looked up by the loop's own host. */
import type { Address } from '../abi/address.js'
import type { ErrnoName } from '../abi/errno.js'
import type { PlatformSignal } from '../abi/platform-types.js'
import { HostError } from '../host/host.js'
import type { CancelLookup, LookupFamily } from '../host/lookup.js'
import { type CallbackKind, type CallbackTarget, FIRE } from '../runtime/dispatch.js'
import type { Instance } from '../runtime/instance.js'
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

/** How a name is looked up. */
interface LookUpOptions {
  readonly family?: LookupFamily
  readonly port: number
  /** As the host has it: in its order, and `localhost` too, which it is asked for first. */
  readonly verbatim?: boolean
}

/**
 * Looks a name up.
 *
 * @param done - called once, in the loop
 * @returns gives the lookup up: nothing is called then
 * @throws {UVError} what the host refuses at once
 */
export function lookUp(
  instance: Instance,
  name: string,
  { family = 'any', port, verbatim = false }: LookUpOptions,
  done: (found: Found) => void,
): CancelLookup {
  const wakeup = new Wakeup(instance, done)
  const known = knownHosts(instance, name, family)
  const answer = (hosts: readonly string[]): void => {
    const ordered = verbatim ? hosts : interleave(hosts)
    wakeup.end({ addresses: ordered.map((host) => addressOf(host, port)) })
  }
  const fail = (code: ErrnoName): void => {
    if (known !== undefined && known.length > 0) answer(known)
    else wakeup.end({ error: failure(instance, name, code) })
  }
  try {
    if (known !== undefined && !verbatim) fail('ENOENT')
    else wakeup.cancel = instance.host.lookup(toAscii(name), family, { onAnswer: answer, onError: fail })
  } catch (error) {
    if (error instanceof HostError && known !== undefined) fail(error.code)
    else {
      wakeup.giveUp()
      throw error instanceof HostError ? failure(instance, name, error.code) : error
    }
  }
  return () => wakeup.giveUp()
}

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
  if (!isAddress(instance, name)) checkName(name)
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

/** @throws {ArgumentError} when it can be no name */
export function checkName(name: string): void {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new ArgumentError(`${show(name)} is neither an IP address nor a name, as '127.0.0.1' or 'example.com'`)
  }
}

/** What can be a name at all: up to 255 characters that are seen, and none that belongs to another part of a URL. */
const NAME = /^[^\p{Cc}\s#%/:<>?@[\\\]^`{|}]{1,255}$/u

function isAddress(instance: Instance, name: string): boolean {
  const text = typeof name === 'string' ? instance.text(name) : undefined
  return text !== undefined && instance.exports.uvw_is_address(text) !== 0
}

/** Addresses in numbers, and what `localhost` means everywhere (RFC 6761, section 6.3). */
function knownHosts(instance: Instance, name: string, family: LookupFamily): readonly string[] | undefined {
  const hosts = name.toLowerCase() === 'localhost' ? ['127.0.0.1', '::1'] : [name]
  if (hosts.length === 1 && !isAddress(instance, name)) return undefined
  return hosts.filter((host) => family === 'any' || family === familyOf(host))
}

/** A name as name servers know it (UTS 46), as a browser's address bar makes it. */
function toAscii(name: string): string {
  return /^[!-~]+$/.test(name) ? name : new URL(`ws://${name}`).hostname
}

/**
 * The addresses in the order of RFC 8305, section 4: as they come, but with the families by turns, so that one that leads
 * nowhere costs little.
 */
function interleave(hosts: readonly string[]): readonly string[] {
  const [first] = hosts
  if (first === undefined) return hosts
  const same = hosts.filter((host) => familyOf(host) === familyOf(first))
  const other = hosts.filter((host) => familyOf(host) !== familyOf(first))
  const list: string[] = []
  for (let index = 0; list.length < hosts.length; index++)
    list.push(...same.slice(index, index + 1), ...other.slice(index, index + 1))
  return list
}

function familyOf(host: string): 'ipv4' | 'ipv6' {
  return host.includes(':') ? 'ipv6' : 'ipv4'
}

function addressOf(text: string, port: number): Address {
  if (familyOf(text) === 'ipv4') return { family: 'ipv4', host: text, port }
  const [host = text, zone] = text.split('%')
  return { family: 'ipv6', host, port, flowInfo: 0, scopeId: Number(zone ?? 0) || 0 }
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
