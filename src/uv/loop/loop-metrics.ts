/** What a loop counts, and what it holds. */
import type { Instance } from '../../runtime/instance.js'

/** What libuv has counted since the loop was opened. */
export interface LoopMetrics {
  /** Iterations of the loop. */
  readonly loopCount: number
  /** Events handled. */
  readonly events: number
}

/** What a loop holds, for leak tests. After the loop was closed everything but `memory` is 0. */
export interface LoopResources {
  /** Handles and requests. */
  readonly handles: number
  /** Open descriptors of the loop's kernel. */
  readonly descriptors: number
  /** Allocated blocks in the module's heap. */
  readonly heapBlocks: number
  /** Bytes of the module's memory. */
  readonly memory: number
}

/** Reads the counters of an instance. */
export function metricsOf({ exports, memory, scratch }: Instance): LoopMetrics {
  exports.uvw_loop_metrics(scratch)
  return { loopCount: memory.f64(scratch), events: memory.f64(scratch + 8) }
}

/** Counts the resources of an instance, which may be closed. */
export function resourcesOf({ dispatch, exports, kernel, memory }: Instance): LoopResources {
  return {
    handles: dispatch.size,
    descriptors: kernel.openDescriptors,
    heapBlocks: exports.uvw_heap_blocks(),
    memory: memory.size,
  }
}
