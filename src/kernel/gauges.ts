/** What a kernel counts of its limits. */
import { Gauge } from '../base/gauge.js'

/** What is held in one direction, over all sockets and pipes. */
export interface QueueGauges {
  readonly bytes: Gauge
  /** The pieces in which the bytes arrived. */
  readonly chunks: Gauge
}

/** The gauges of one kernel. */
export interface KernelGauges {
  readonly descriptors: Gauge
  /** Closed connections that still have data to send. */
  readonly lingering: Gauge
  readonly received: QueueGauges
  readonly sent: QueueGauges
  /** The fullest pipe. */
  readonly pipeBytes: Gauge
  /** The most descriptors of one `poll()`. */
  readonly pollDescriptors: Gauge
  /** The most connections that waited for one listener. */
  readonly pendingAccepts: Gauge
}

/** Whether a queue should take no more, except one piece at a time. */
export function isFull({ bytes, chunks }: QueueGauges): boolean {
  return bytes.full || chunks.full
}

/** Tells which limit of a queue has been reached. */
export function reachLimit({ bytes, chunks }: QueueGauges): void {
  if (bytes.full) bytes.reach()
  if (chunks.full) chunks.reach()
}

/** Counts without limits but one, for a program that is trusted. @param descriptors - how many may be open */
export function looseGauges(descriptors: number): KernelGauges {
  const queue = (): QueueGauges => ({ bytes: new Gauge(), chunks: new Gauge() })
  return {
    descriptors: new Gauge(descriptors),
    lingering: new Gauge(LINGERING),
    received: queue(),
    sent: queue(),
    pipeBytes: new Gauge(PIPE),
    pollDescriptors: new Gauge(),
    pendingAccepts: new Gauge(),
  }
}

const LINGERING = 64

/** What a pipe holds on Linux. */
const PIPE = 65_536
