/** The entry `libuv-wasm/testing`: simulated worlds, and runs that are recorded and replayed. */
export { formatEntry } from '../base/trace/entry-text.js'
export { TraceError } from '../base/trace/trace-error.js'
export type { TraceHeader } from '../base/trace/trace-header.js'
export { type ReadTraceOptions, type RecordedRun, readTrace } from '../base/trace/trace-reader.js'
export type { RecordingSink } from '../base/trace/trace-writer.js'
export {
  Digest,
  type TraceCall,
  type TraceEntry,
  type TraceEvent,
  type TraceRecord,
  type Value,
  Withheld,
} from '../base/trace/value.js'
export type { FaultReport, FiredFault } from '../guard/faults/fault-log.js'
export type { AddedFault, Faults } from '../guard/faults/fault-set.js'
export type {
  AcceptFault,
  BandwidthFault,
  ClockFault,
  ConnectionScope,
  DescriptorsFault,
  DirectedScope,
  Fault,
  FaultDirection,
  FaultPoint,
  FaultScope,
  HoldFault,
  LatencyFault,
  LimitDataFault,
  LookupFault,
  PartitionFault,
  RefuseFault,
  ResetPeerFault,
  ShortReadFault,
  ShortWriteFault,
  SlicerFault,
  SlowCloseFault,
  TimeoutFault,
  Toxic,
} from '../guard/faults/faults.js'
export { type FaultyHost, type FaultyHostOptions, faultyHost } from '../guard/faults/faulty-host.js'
export { type Divergence, DivergenceError } from '../guard/record/divergence.js'
export { type RecordingHost, type RecordingOptions, recordingHost } from '../guard/record/recording-host.js'
export { type ReplayHost, type ReplayOptions, replayHost } from '../guard/record/replay-host.js'
export type { LineOptions, SocketPhase, SocketRow } from '../host/virtual-world.js'
export { StuckError } from './driver.js'
export { SimulationError } from './failure.js'
export type { DrawnFaults } from './faults/draw.js'
export type { CrashFault, FaultTime, HostFault, LinkFault, SimFault, SimToxic } from './faults/sim-fault.js'
export type { SimMachine, StartMachine } from './machine.js'
export type { SimulateOptions } from './options.js'
export { always, reachable, sometimes } from './properties.js'
export { type RunReport, type Scenario, simulate } from './simulate.js'
export type { MachineOptions, SimClock, Simulation } from './simulation.js'
export {
  type Capture,
  type CapturedEnd,
  type CapturedMachine,
  type CapturedNote,
  type CapturedPacket,
  formatBits,
  TcpBit,
  type TcpFields,
} from './views/capture.js'
export { captureOf } from './views/from-trace.js'
export { toPcapng } from './views/pcapng.js'
export { type ChromeEvent, type ChromeTrace, toPerfetto } from './views/perfetto.js'
export { type SequenceOptions, toSequence } from './views/sequence.js'
export { toText } from './views/text.js'
