/**
 * Makes sure that there is stack left before any of our code runs: a stack overflow in the middle of it would leave
 * its state inconsistent. An engine checks the stack when it enters a function, by the size of that function's frame.
 * So a function with a large frame that does nothing is called first: it traps if there is less room than its frame
 * needs, before anything has started.
 *
 * The frame is large because of code that never runs but keeps many values across a call. Several smaller frames that
 * call each other compile much faster than one large frame. Each is in a separate instance, so that no engine merges
 * them by inlining.
 */
import { isCall, type NumberCall } from '../base/call.js'
import { generatedModule } from './generated-modules.js'
import { Kind, Op, Section, Type, Writer } from './wasm-writer.js'

/**
 * How many frames there are, and how many values of 16 bytes each keeps: 64 KiB together. The deepest measured calls
 * took 4 KiB.
 */
const FRAMES = 4
const CALLS = 10
const VALUES = 100

let made: NumberCall | undefined

/** A function that traps unless 64 KiB of stack are left. Its argument must be 0. */
export function stackRoom(): NumberCall {
  made ??= make()
  return made
}

function make(): NumberCall {
  const frame = generatedModule('stack room', largeFrame)
  const instance = (next: WebAssembly.ExportValue): WebAssembly.Exports =>
    new WebAssembly.Instance(frame, { '': { next } }).exports
  let room = instance(() => {}).nothing
  for (let frames = 0; frames < FRAMES; frames++) room = room && instance(room).room
  if (!isCall(room)) throw new TypeError('Cannot check the stack: the generated module is broken; report this as a bug')
  return room
}

/** A module that exports `room`, which calls the import `next`, and `nothing`, which ends the chain. */
function largeFrame(): Uint8Array<ArrayBuffer> {
  const values = Array<number>(VALUES).fill(Type.V128)
  const [NEXT, SOURCE, SINK] = [0, 1, 2] as const
  const writer = new Writer()
  writer.section(Section.TYPE, 3, () => {
    writer.type([Type.I32], [])
    writer.type([], values)
    writer.type(values, [])
  })
  writer.section(Section.IMPORT, 1, () => writer.import('next', NEXT))
  writer.section(Section.FUNCTION, 2, () => writer.put(NEXT, NEXT))
  writer.section(Section.TABLE, 1, () => writer.put(Type.FUNCREF, 0, 1))
  writer.section(Section.EXPORT, 2, () => {
    writer.export('room', Kind.FUNCTION, 1)
    writer.export('nothing', Kind.FUNCTION, 2)
  })
  writer.section(Section.CODE, 2, () => {
    writer.code(undefined, () => {
      // The code that runs comes first: V8 takes the code before a return as a measure of how much has run, and
      // recompiles what runs often.
      writer.put(Op.LOCAL_GET, 0, Op.I32_EQZ, Op.IF, Type.NONE, Op.LOCAL_GET, 0, Op.CALL, 0, Op.RETURN, Op.END)
      // Called through an empty table: the target is unknown, so no engine can remove the call.
      for (const type of [SOURCE, SINK])
        for (let calls = 0; calls < CALLS; calls++) writer.put(Op.I32_CONST, 0, Op.CALL_INDIRECT, type, 0)
    })
    writer.code(undefined, () => {})
  })
  return writer.bytes
}
