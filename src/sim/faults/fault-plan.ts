/** Lets the faults of a run happen. */
import type { Random } from '../../base/random.js'
import type { AddedFault } from '../../guard/faults/fault-set.js'
import type { LineOptions, World } from '../../host/virtual-world.js'
import { ArgumentError } from '../../uv/errors.js'
import type { SimMachine } from '../machine.js'
import { drawForLink, drawForMachine, type Profile } from './draw.js'
import { type HostFault, hostFaultOf, isOfLink, type LinkFault, type SimFault } from './sim-fault.js'

/** What a plan needs of its simulation. */
export interface FaultPlanParts {
  readonly world: World
  readonly random: Random
  /** A list of faults, or what they are drawn from. */
  readonly source: readonly SimFault[] | Profile
  readonly crash: (machine: SimMachine) => Promise<void>
  readonly restart: (machine: SimMachine) => Promise<void>
  /** Receives which faults begin and end, with the name of a machine. */
  readonly tell: (machine: string, text: string) => void
  /** Receives what fails. */
  readonly fail: (error: unknown) => void
}

/**
 * The faults of one run. Those of a machine are drawn when it is added, and those of a link when its second machine is,
 * each from their names alone: what else the scenario does has no influence on them.
 */
export class FaultPlan {
  readonly #parts: FaultPlanParts
  readonly #machines: SimMachine[] = []
  readonly #list: SimFault[] = []
  readonly #ends = new Set<() => void>()
  readonly #onLinks = new Set<LinkFault>()
  #isOver = false

  constructor(parts: FaultPlanParts) {
    this.#parts = parts
  }

  /** All faults, those that have not happened yet too. */
  get list(): readonly SimFault[] {
    return this.#list
  }

  /** Whether all faults have ended for good. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Plans the faults of a new machine, and of its links. */
  add(machine: SimMachine): void {
    const { source, random } = this.#parts
    const others = [...this.#machines]
    this.#machines.push(machine)
    const planned = isList(source)
      ? source.filter((fault) => this.#isAbout(fault, machine))
      : [
          ...drawForMachine(random.branch(machine.name), source, machine.name, machine.startsAgain),
          ...others.flatMap(({ name }) =>
            drawForLink(random.branch(`${name} - ${machine.name}`), source, [name, machine.name]),
          ),
        ]
    for (const fault of planned) {
      this.#list.push(fault)
      this.#plan(fault)
    }
  }

  /** Ends all faults, for good. */
  stop(): void {
    this.#isOver = true
    for (const end of [...this.#ends]) end()
  }

  /** @throws {ArgumentError} when a fault is about a machine that there was not */
  requireAllUsed(): void {
    const { source } = this.#parts
    const unused = isList(source) ? source.find((fault) => !this.#list.includes(fault)) : undefined
    if (unused === undefined) return
    const names = this.#machines.map(({ name }) => name).join(', ')
    throw new ArgumentError(
      `Cannot let the fault ${JSON.stringify(unused)} happen: there was no such machine; give one of ${names || 'none'}`,
    )
  }

  /** Whether the last machine that a fault is about has been added now. */
  #isAbout(fault: SimFault, machine: SimMachine): boolean {
    if (!isOfLink(fault)) return fault.machine === machine.name
    const known = this.#machines.map(({ name }) => name)
    return fault.between.includes(machine.name) && fault.between.every((name) => known.includes(name))
  }

  #plan(fault: SimFault): void {
    if (this.#isOver) return
    const { schedule } = this.#parts.world
    const { at = 0, lasts } = fault
    schedule.after(Math.max(0, at - schedule.elapsed), () => {
      if (this.#isOver) return
      const name = isOfLink(fault) ? fault.between[0] : fault.machine
      this.#parts.tell(name, `fault: ${fault.toxic}`)
      const undo = this.#begin(fault)
      const end = (): void => {
        if (!this.#ends.delete(end)) return
        this.#parts.tell(name, `${fault.toxic} ends`)
        undo()
      }
      this.#ends.add(end)
      if (lasts !== undefined) schedule.after(lasts, end)
    })
  }

  /** Lets a fault begin. @returns a function that ends it */
  #begin(fault: SimFault): () => void {
    if (isOfLink(fault)) {
      this.#onLinks.add(fault)
      this.#disturb(fault)
      return () => {
        this.#onLinks.delete(fault)
        this.#disturb(fault)
      }
    }
    const machine = this.#machines.find(({ name }) => name === fault.machine)
    if (machine === undefined) return () => {}
    if (fault.toxic === 'crash') return this.#crash(machine)
    const added = addTo(machine, fault)
    return () => added.remove()
  }

  #crash(machine: SimMachine): () => void {
    // Off already: by another fault, or by the scenario.
    if (machine.isDown) return () => {}
    const { crash, restart, fail } = this.#parts
    const crashed = crash(machine)
    crashed.catch(fail)
    return () => void crashed.then(() => restart(machine)).catch(fail)
  }

  /** Sets what the lines of a link suffer from now. */
  #disturb({ between: [from, to], oneWay = false }: LinkFault): void {
    this.#disturbLine(from, to)
    if (!oneWay) this.#disturbLine(to, from)
  }

  #disturbLine(from: string, to: string): void {
    const [one, other] = [from, to].map((name) => this.#machines.find((machine) => machine.name === name))
    if (one === undefined || other === undefined) return
    const faults = [...this.#onLinks].filter(
      ({ between, oneWay }) =>
        (between[0] === from && between[1] === to) || (oneWay !== true && between[0] === to && between[1] === from),
    )
    const isCut = faults.some(({ toxic }) => toxic === 'partition')
    const options: LineOptions = Object.assign({}, ...faults.map(optionsOf))
    this.#parts.world.line(one.virtual, other.virtual).disturb(options, isCut)
  }
}

function isList(source: FaultPlanParts['source']): source is readonly SimFault[] {
  return Array.isArray(source)
}

/** Adds a fault to the host of a machine, under a name that others do not change, since its draws depend on it. */
function addTo(machine: SimMachine, fault: HostFault): AddedFault {
  const { toxic, name = `${toxic} at ${fault.at ?? 0} ms` } = fault
  const isTaken = (text: string): boolean => machine.faults.list.some((other) => other.name === text)
  let free = name
  for (let number = 2; isTaken(free); number++) free = `${name} (${number})`
  return machine.faults.add({ ...hostFaultOf(fault), name: free })
}

function optionsOf(fault: LinkFault): LineOptions {
  switch (fault.toxic) {
    case 'latency':
      return { latency: fault.latency, jitter: fault.jitter ?? 0 }
    case 'bandwidth':
      return { bandwidth: fault.rate * 1000 }
    case 'loss':
      return { loss: fault.loss }
    case 'duplicates':
      return { duplicates: fault.duplicates }
    case 'partition':
      return {}
  }
}
