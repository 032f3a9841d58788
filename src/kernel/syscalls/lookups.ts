import type { Description } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import { isName } from '../../base/host-text.js'
import { parseIp } from '../../base/ip.js'
import type { CancelLookup, LookupEvents } from '../../host/contract/lookup.js'
import type { Result } from '../descriptor.js'
import type { Kernel } from '../kernel.js'
import type { SockaddrCodec } from './sockaddr.js'

/**
 * The calls that look up names and addresses. Each returns a descriptor that becomes readable when the host has
 * answered.
 */
export class LookupCalls {
  readonly #kernel: Kernel
  readonly #abi: Description
  readonly #memory: Memory
  readonly #addresses: SockaddrCodec

  constructor(kernel: Kernel, abi: Description, memory: Memory, addresses: SockaddrCodec) {
    this.#kernel = kernel
    this.#abi = abi
    this.#memory = memory
    this.#addresses = addresses
  }

  /** `lookup`. */
  lookup(at: number, length: number, family: number): Result {
    const { AF_INET, AF_INET6, AF_UNSPEC } = this.#abi.constants
    if (!this.#memory.contains(at, length)) return 'EFAULT'
    if (length < 1 || length > NAME_MAX) return 'EINVAL'
    if (family !== AF_UNSPEC && family !== AF_INET && family !== AF_INET6) return 'EAFNOSUPPORT'
    const name = String.fromCharCode(...this.#memory.view(at, length))
    if (!isName(name)) return 'ENOENT'
    const wanted = family === AF_UNSPEC ? 'any' : family === AF_INET ? 'ipv4' : 'ipv6'
    return this.#begin((events) => this.#kernel.host.lookup(name, wanted, onlyAddresses(events)))
  }

  /** `reverse`. */
  reverse(addr: number, len: number): Result {
    const address = this.#addresses.read(addr, len)
    if (typeof address === 'string') return address
    if (address.family === 'unix') return 'EAFNOSUPPORT'
    return this.#begin((events) => this.#kernel.host.reverse(address, events))
  }

  /** `interface_index`. */
  interfaceIndex(at: number, length: number): Result {
    if (!this.#memory.contains(at, length)) return 'EFAULT'
    if (length < 1 || length > INTERFACE_MAX) return 'ENODEV'
    const name = String.fromCharCode(...this.#memory.heap.subarray(at, at + length))
    return this.#kernel.host.interfaces().get(name) ?? 'ENODEV'
  }

  #begin(ask: (events: LookupEvents) => CancelLookup): Result {
    const lookup = this.#kernel.lookup(ask)
    return typeof lookup === 'string' ? lookup : lookup.fd
  }
}

/** The longest name of a host (RFC 1035, section 2.3.4). */
const NAME_MAX = 255

/** The longest name of an interface that is looked up. */
const INTERFACE_MAX = 64

/** Drops texts that are not addresses: the C library would read past the end of such a text. */
function onlyAddresses(events: LookupEvents): LookupEvents {
  return {
    onAnswer: (texts) => {
      const hosts = texts.filter((text) => parseIp(text) !== undefined)
      if (hosts.length > 0) events.onAnswer(hosts)
      else events.onError('ENOENT')
    },
    onError: (code) => events.onError(code),
  }
}
