/** Faults that are drawn from the seed of a run. */
import type { Random } from '../../base/random.js'
import type { Fault } from '../../guard/faults/faults.js'
import { type HostFault, type LinkFault, SIM_TOXICS, type SimFault, type SimToxic } from './sim-fault.js'

/** Which faults are drawn. */
export interface DrawnFaults {
  /** Their kinds, of which each run has some; by default all. */
  readonly kinds?: readonly SimToxic[]
  /** How many a machine, and a link, has at most; by default 3. */
  readonly most?: number
}

/** What the faults of one run are drawn from. */
export interface Profile {
  /** The kinds of this run. Runs differ in them: where all kinds come together, each hides what others would show. */
  readonly kinds: readonly SimToxic[]
  readonly most: number
  /** Milliseconds from the beginning of the run in which faults begin. */
  readonly within: number
}

/** Draws which kinds of faults a run has. */
export function drawProfile(random: Random, { kinds = SIM_TOXICS, most = 3 }: DrawnFaults, within: number): Profile {
  const chosen = kinds.filter(() => random.chance(0.4))
  const [first, ...rest] = kinds
  return { kinds: chosen.length > 0 || first === undefined ? chosen : [random.pick([first, ...rest])], most, within }
}

/** Draws the faults of a machine. @param restarts - whether it can crash */
export function drawForMachine(random: Random, profile: Profile, machine: string, restarts: boolean): SimFault[] {
  const kinds = profile.kinds.filter((kind) => Object.hasOwn(OF_HOSTS, kind) || (kind === 'crash' && restarts))
  return drawSome(random, kinds, profile, (kind) => {
    const time = drawTime(random, profile.within)
    if (kind === 'crash') return { toxic: kind, machine, ...time }
    const draw = Object.entries(OF_HOSTS).find(([name]) => name === kind)?.[1]
    return draw === undefined ? undefined : hostFault(draw(random), machine, time)
  })
}

/** Draws the faults of a link. */
export function drawForLink(random: Random, profile: Profile, between: readonly [string, string]): SimFault[] {
  const kinds = profile.kinds.filter((kind) => Object.hasOwn(OF_LINKS, kind))
  return drawSome(random, kinds, profile, (kind) => {
    const ends: LinkFault['between'] = random.chance(0.5) ? between : [between[1], between[0]]
    const place = { between: ends, ...(random.chance(0.3) && { oneWay: true }) }
    const time = drawTime(random, profile.within)
    const draw = Object.entries(OF_LINKS).find(([name]) => name === kind)?.[1]
    return draw === undefined ? undefined : { ...draw(random), ...place, ...time }
  })
}

/** Draws some faults; their number is small more often than large. */
function drawSome(
  random: Random,
  kinds: readonly SimToxic[],
  { most }: Profile,
  draw: (kind: SimToxic) => SimFault | undefined,
): SimFault[] {
  const [first, ...rest] = kinds
  if (first === undefined) return []
  const count = Math.floor((most + 1) * random.unit() ** 2)
  return Array.from({ length: count }, () => draw(random.pick([first, ...rest]))).filter((fault) => fault !== undefined)
}

/** A whole number; small ones are as likely as large ones. */
function about(random: Random, low: number, high: number): number {
  return Math.round(low * (high / low) ** random.unit())
}

/** Programs do most in their first moments, so that early faults are as likely as late ones. */
function drawTime(random: Random, within: number): { readonly at: number; readonly lasts: number } {
  return { at: about(random, 1, within) - 1, lasts: about(random, 1, within / 2) }
}

function hostFault(fault: Fault, machine: string, time: { readonly at: number; readonly lasts: number }): HostFault {
  return { ...fault, machine, ...time }
}

const direction = (random: Random): { readonly direction: 'upstream' | 'downstream' | 'both' } => ({
  direction: random.pick(['upstream', 'downstream', 'both']),
})

/** Few connections are affected, or all. */
const scope = (random: Random): { readonly times?: number; readonly skip?: number } =>
  random.chance(0.5) ? { times: random.int(1, 3) } : {}

/** The attributes of each kind of fault of a host. */
const OF_HOSTS: Readonly<Partial<Record<SimToxic, (random: Random) => Fault>>> = {
  slow_close: (random) => ({ toxic: 'slow_close', delay: about(random, 1, 2000), ...direction(random) }),
  timeout: (random) => ({ toxic: 'timeout', timeout: about(random, 1, 5000), ...direction(random), ...scope(random) }),
  reset_peer: (random) => ({ toxic: 'reset_peer', timeout: about(random, 1, 500) - 1, ...scope(random) }),
  slicer: (random) => ({
    toxic: 'slicer',
    average_size: about(random, 1, 1000),
    delay: about(random, 1, 10_000),
    ...direction(random),
  }),
  limit_data: (random) => ({
    toxic: 'limit_data',
    bytes: about(random, 1, 100_000),
    ...direction(random),
    ...scope(random),
  }),
  refuse: (random) => ({
    toxic: 'refuse',
    error: random.pick(['ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT']),
    delay: about(random, 1, 1000),
    ...scope(random),
  }),
  hold: (random) => ({ toxic: 'hold', ...direction(random), ...scope(random) }),
  short_read: (random) => ({ toxic: 'short_read', size: about(random, 1, 100) }),
  short_write: (random) => ({ toxic: 'short_write', size: about(random, 1, 100) }),
  accept: (random) => ({ toxic: 'accept', error: random.pick(['EMFILE', 'ECONNABORTED', 'ENOMEM']), ...scope(random) }),
  descriptors: (random) => ({ toxic: 'descriptors', ...scope(random) }),
  lookup: (random) => ({
    toxic: 'lookup',
    error: random.pick(['ENOENT', 'ETIMEDOUT']),
    delay: about(random, 1, 5000),
    ...scope(random),
  }),
  clock: (random) => ({
    toxic: 'clock',
    wall: random.int(-1, 1) * about(random, 1, 86_400_000),
    monotonic: random.chance(0.5) ? about(random, 1, 60_000) : 0,
  }),
}

type LinkTrouble = LinkFault extends infer One ? (One extends LinkFault ? Omit<One, 'between'> : never) : never

/** The attributes of each kind of fault of a link. */
const OF_LINKS: Readonly<Partial<Record<SimToxic, (random: Random) => LinkTrouble>>> = {
  partition: () => ({ toxic: 'partition' }),
  latency: (random) => ({ toxic: 'latency', latency: about(random, 1, 1000), jitter: about(random, 1, 300) - 1 }),
  bandwidth: (random) => ({ toxic: 'bandwidth', rate: about(random, 1, 1000) }),
  loss: (random) => ({ toxic: 'loss', loss: random.int(1, 40) / 100 }),
  duplicates: (random) => ({ toxic: 'duplicates', duplicates: random.int(1, 50) / 100 }),
}
