/** The standard streams of this process as what a guest's streams are connected to. */
import type { StreamGiven, StreamRelay, StreamSource } from '../contract/stream.js'
import { whichRuntime } from '../platform/runtime-name.js'
import { RelayedStream } from '../stream/relayed-stream.js'
import { DescriptorStream, isImmediate } from './descriptor-stream.js'
import { FileRelay } from './file-relay.js'
import { HandleRelay } from './handle-relay.js'
import { closeStandardStream, openStandardStream } from './standard-streams.js'
import { DescriptorTerminal } from './terminal.js'

const STREAMS = [0, 1, 2] as const

/**
 * Opens the standard streams of this process for one guest.
 *
 * @param defer - see `Host.defer()`
 */
export function processStreams(defer: (callback: () => void) => void): StreamSource[] {
  return STREAMS.map((fd) => openSource(fd, defer))
}

/**
 * Opens a stream in the thread of its guest.
 *
 * @param relay - its relay, if that is in another thread: one to that
 * @param room - see {@link StreamSource.open}
 */
export function openGiven({ descriptor, ...given }: StreamGiven, relay: StreamRelay, room: number) {
  const { fd = -1, mayBlock = false } = descriptor ?? {}
  const terminal = given.type === 'terminal' && fd >= 0 ? new DescriptorTerminal(fd) : undefined
  if (descriptor === undefined) return new RelayedStream({ ...given, relay, room })
  return new DescriptorStream({ ...given, relay, room, terminal, fd, mayBlock })
}

function openSource(number: (typeof STREAMS)[number], defer: (callback: () => void) => void): StreamSource {
  const stream = openStandardStream(number)
  const { type, access, appends, fd, mayBlock } = stream
  const hasHandles = whichRuntime() === 'node' && process.platform !== 'win32'
  const relay = hasHandles
    ? new HandleRelay({ fd, type, access, defer, onClose: () => closeStandardStream(stream) })
    : new FileRelay(number, defer)
  const isDirect = hasHandles || isImmediate(type)
  if (!isDirect) closeStandardStream(stream)
  const given: StreamGiven = { type, access, appends, ...(isDirect && { descriptor: { fd, mayBlock } }) }
  return { given, relay, open: (through, room) => openGiven(given, through, room) }
}
