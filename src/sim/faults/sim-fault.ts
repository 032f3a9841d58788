/** The faults of a simulated world: of one machine's host, of a link, and of a whole machine. */

import type { Fault } from '../../guard/faults/faults.js'
import { checkFault, TOXICS } from '../../guard/faults/read-fault.js'
import { ArgumentError, show } from '../../uv/errors.js'

/** When a fault happens. */
export interface FaultTime {
  /** When it begins, in milliseconds of virtual time since the run began; by default 0. */
  readonly at?: number
  /** How many milliseconds it lasts; by default until the faults of the run end. */
  readonly lasts?: number
}

/** What a link suffers from. */
type LinkTrouble =
  | { readonly toxic: 'partition' }
  | { readonly toxic: 'latency'; readonly latency: number; readonly jitter?: number }
  | { readonly toxic: 'bandwidth'; readonly rate: number }
  | { readonly toxic: 'loss'; readonly loss: number }
  | { readonly toxic: 'duplicates'; readonly duplicates: number }

/**
 * A fault of a link: nothing passes (`partition`), packets take `latency` and up to `jitter` milliseconds more, at most
 * `rate` kilobytes pass each second, a part of the packets is lost (`loss`), or of the messages comes twice
 * (`duplicates`).
 */
export type LinkFault = FaultTime &
  LinkTrouble & {
    /** The names of two machines. */
    readonly between: readonly [string, string]
    /** Whether it is only from the first to the second one. */
    readonly oneWay?: boolean
  }

/** A machine is off for as long as the fault lasts, and started again then. */
export type CrashFault = FaultTime & { readonly toxic: 'crash'; readonly machine: string }

/** A fault of a machine's host; its own `after` and `until` count from when it begins. */
export type HostFault = FaultTime & Fault & { readonly machine: string }

/** A fault of a simulation. */
export type SimFault = LinkFault | CrashFault | HostFault

/** The name of a kind of fault. */
export type SimToxic = SimFault['toxic']

/** The attributes of faults of links, with what is right for each. */
const LINK: Readonly<Record<LinkTrouble['toxic'], readonly string[]>> = {
  partition: [],
  latency: ['latency', 'jitter'],
  bandwidth: ['rate'],
  loss: ['loss'],
  duplicates: ['duplicates'],
}

/** All kinds of faults. */
export const SIM_TOXICS: readonly SimToxic[] = [...new Set<SimToxic>([...TOXICS, 'loss', 'duplicates', 'crash'])]

/** Whether it is a fault of a link. */
export function isOfLink(fault: SimFault): fault is LinkFault {
  return 'between' in fault
}

/** The fault of the host in a fault of a machine. */
export function hostFaultOf({ machine: _machine, at: _at, lasts: _lasts, ...fault }: HostFault): Fault {
  return fault
}

/**
 * Checks a fault, whoever wrote it.
 *
 * @throws {ArgumentError} when its time or its place is not valid
 * @throws {TypeError} the errors of faults of hosts
 */
export function checkSimFault(fault: SimFault): void {
  if (typeof fault !== 'object' || fault === null) throw wrong(fault, 'it is not an object; give { toxic, ... }')
  for (const name of ['at', 'lasts'] as const) {
    const time = fault[name]
    if (time !== undefined && !(typeof time === 'number' && time >= 0))
      throw wrong(fault, `${name} is not a time; give milliseconds of at least 0`)
  }
  if (isOfLink(fault)) checkLinkFault(fault)
  else if (typeof fault.machine !== 'string')
    throw wrong(fault, 'it has no place; give machine, or between with two of them')
  else if (fault.toxic === 'crash') checkNames(fault, ['machine'])
  else checkFault(hostFaultOf(fault))
}

function checkLinkFault(fault: LinkFault): void {
  const { between } = fault
  if (!Array.isArray(between) || between.length !== 2 || between.some((name) => typeof name !== 'string'))
    throw wrong(fault, 'between does not name two machines')
  const attributes = LINK[fault.toxic]
  if (attributes === undefined)
    throw wrong(fault, `${fault.toxic} is not a fault of links; give ${Object.keys(LINK).join(', ')}, or a machine`)
  checkNames(fault, ['between', 'oneWay', ...attributes])
  for (const name of attributes) {
    const value: unknown = Reflect.get(fault, name)
    const isPart = name === 'loss' || name === 'duplicates'
    if (value === undefined && name === 'jitter') continue
    if (typeof value !== 'number' || !(value >= 0) || (isPart && value > 1) || (name === 'rate' && value === 0))
      throw wrong(fault, `${name} is ${show(value)}; give ${isPart ? 'a part from 0 to 1' : 'a number above 0'}`)
  }
}

function checkNames(fault: SimFault, names: readonly string[]): void {
  const known = ['toxic', 'at', 'lasts', ...names]
  const other = Object.keys(fault).find((name) => !known.includes(name))
  if (other !== undefined) throw wrong(fault, `${fault.toxic} has no attribute ${other}; give ${known.join(', ')}`)
}

function wrong(fault: unknown, what: string): ArgumentError {
  return new ArgumentError(`Cannot make the fault ${JSON.stringify(fault)}: ${what}`)
}
