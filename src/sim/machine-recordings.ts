/** Recordings of what the programs of a simulation's machines do. */
import { concat } from '../base/bytes.js'
import type { FaultyHost } from '../guard/faults/faulty-host.js'
import { type RecordingHost, recordingHost } from '../guard/record/recording-host.js'

/** One of a machine. */
interface MachineRecording {
  readonly name: string
  readonly recording: RecordingHost
  readonly pieces: readonly Uint8Array[]
}

/** Records each machine, in memory. */
export class MachineRecordings {
  readonly #all: MachineRecording[] = []

  /** The host of a machine, with all that its programs see of it recorded, its faults included. */
  add(name: string, host: FaultyHost): FaultyHost {
    const pieces: Uint8Array[] = []
    const recording = recordingHost(host, (piece) => void pieces.push(piece), { about: { machine: name } })
    this.#all.push({ name, recording, pieces })
    return Object.assign(recording, { faults: host.faults })
  }

  /** Ends all. @returns the traces, by the names of the machines */
  end(): Map<string, Uint8Array> {
    return new Map(
      this.#all.map(({ name, recording, pieces }) => {
        recording.close()
        return [name, concat(pieces)]
      }),
    )
  }
}
