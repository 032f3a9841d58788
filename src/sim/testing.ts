/** The entry `libuv-wasm/testing`. */
export type { LineOptions } from '../host/virtual-world.js'
export { StuckError } from './driver.js'
export type { SimMachine } from './machine.js'
export { type RunReport, type Scenario, type SimulateOptions, SimulationError, simulate } from './simulate.js'
export type { MachineOptions, SimClock, Simulation } from './simulation.js'
