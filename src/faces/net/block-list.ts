/** Addresses that a socket or a server has nothing to do with: the option `blockList`, where `node:net` has it. */
import { BlockList, isIP } from 'node:net'
import { type NodeError, nodeError } from '../node-error.js'
import { wrongType } from './arguments.js'
import { thisNode } from './this-node.js'

/** The option as it counts: `undefined` where there is none, or the running Node knows none. @throws {TypeError} */
export function takeBlockList(value: unknown): BlockList | undefined {
  if (!thisNode.blocksAddresses || !value) return undefined
  if (isBlockList(value)) return value
  throw wrongType('options.blockList', 'an net.BlockList', value)
}

/** Whether the list has the address. One that is not known, or is none, cannot be let pass. */
export function isBlocked(list: BlockList | undefined, address: string | undefined): boolean {
  if (list === undefined) return false
  // A list knows no zones.
  const [plain = ''] = address?.split('%', 1) ?? []
  const family = isIP(plain)
  return family === 0 || list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}

/** What a socket fails with that was to connect there. */
export function blocked(address: string): NodeError {
  return nodeError(Error, 'ERR_IP_BLOCKED', `IP(${address}) is blocked by net.BlockList`)
}

/** Lists of another realm, or of another thread, are lists too, where the platform can tell. */
function isBlockList(value: unknown): value is BlockList {
  const judge: unknown = Reflect.get(BlockList, 'isBlockList')
  return typeof judge === 'function' ? judge.call(BlockList, value) === true : value instanceof BlockList
}
