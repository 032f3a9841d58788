/** The calls that ask for names and addresses: each answer is a descriptor, readable once the host has answered. */
import type { Description } from '../abi/description.js'
import type { Memory } from '../abi/memory.js'
import type { CancelLookup, LookupEvents } from '../host/lookup.js'
import type { Result } from './descriptor.js'
import type { Kernel } from './kernel.js'
import type { SockaddrCodec } from './sockaddr.js'

/** Translates them. */
export class NameCalls {
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
    if (!GRAPHIC.test(name)) return 'ENOENT'
    const wanted = family === AF_UNSPEC ? 'any' : family === AF_INET ? 'ipv4' : 'ipv6'
    return this.#begin((events) => this.#kernel.host.lookup(name, wanted, events))
  }

  /** `reverse`. */
  reverse(addr: number, len: number): Result {
    const address = this.#addresses.read(addr, len)
    if (typeof address === 'string') return address
    if (address.family === 'unix') return 'EAFNOSUPPORT'
    return this.#begin((events) => this.#kernel.host.reverse(address, events))
  }

  #begin(ask: (events: LookupEvents) => CancelLookup): Result {
    const lookup = this.#kernel.lookup(ask)
    return typeof lookup === 'string' ? lookup : lookup.fd
  }
}

/** The longest name of a host (RFC 1035, section 2.3.4). */
const NAME_MAX = 255

/** What the name of a host can consist of at all: visible ASCII. */
const GRAPHIC = /^[!-~]+$/
