/** `pipe()`: bytes one way. */
import type { Descriptor, Result } from './descriptor.js'
import { PairEnd } from './pair.js'
import { Poll } from './readiness.js'

/** What a pipe takes in one piece, as on Linux. */
const PIPE_BUF = 4096

/** One end of a pipe. */
export class PipeEnd extends PairEnd {
  /**
   * Makes a pipe: the first end reads what the second writes.
   *
   * @param changed - told of an end whose readiness may be another
   */
  static pair(changed: (descriptor: Descriptor) => void): [PipeEnd, PipeEnd] {
    const ends: [PipeEnd, PipeEnd] = [new PipeEnd(undefined, 'read', changed), new PipeEnd(undefined, 'write', changed)]
    PairEnd.join(...ends)
    return ends
  }

  override readiness(): number {
    if (this.access === 'write') {
      if (this.sendEnded) return Poll.OUT | Poll.ERR
      return this.free >= PIPE_BUF ? Poll.OUT : 0
    }
    return (this.received.length > 0 ? Poll.IN : 0) | (this.receiveEnded ? this.received.hangup : 0)
  }

  protected override room(wanted: number): Result {
    const room = super.room(wanted)
    // What fits into PIPE_BUF goes through in one piece or not at all.
    return typeof room === 'number' && room < wanted && wanted <= PIPE_BUF ? 'EAGAIN' : room
  }

  override close(): void {
    this.part(undefined)
  }
}
