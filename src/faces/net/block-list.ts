/**
 * The option `blockList`: addresses that a socket or a server must not use, in the versions of `node:net` that have
 * it.
 */
import { BlockList, isIP } from 'node:net'
import { type NodeError, nodeError } from '../node-error.js'
import { wrongType } from './arguments.js'
import { thisNode } from './this-node.js'

/**
 * Checks the option. @returns `undefined` if it is not set, or the running Node does not have it @throws {TypeError}
 */
export function takeBlockList(value: unknown): BlockList | undefined {
  if (!thisNode.blocksAddresses || !value) return undefined
  if (isBlockList(value)) return value
  throw wrongType('options.blockList', 'an net.BlockList', value)
}

/** Whether the list blocks an address. An unknown or invalid address counts as blocked. */
export function isBlocked(list: BlockList | undefined, address: string | undefined): boolean {
  if (list === undefined) return false
  // Block lists do not support zones.
  const [plain = ''] = address?.split('%', 1) ?? []
  const family = isIP(plain)
  return family === 0 || list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}

/** The error of a socket that was to connect to a blocked address. */
export function blocked(address: string): NodeError {
  return nodeError(Error, 'ERR_IP_BLOCKED', `IP(${address}) is blocked by net.BlockList`)
}

/** Accepts lists of another realm or thread too, if the platform can recognize them. */
function isBlockList(value: unknown): value is BlockList {
  const judge: unknown = Reflect.get(BlockList, 'isBlockList')
  return typeof judge === 'function' ? judge.call(BlockList, value) === true : value instanceof BlockList
}
