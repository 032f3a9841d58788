/**
 * Makes sure that there is stack left before any of our code runs: a stack that ran over within it would leave it half-way. An
 * engine looks at its stack when it enters a function, by the size of that function's frame. So a function with a large frame
 * that does nothing is called first: it traps where there is not as much room as it pretends to need, and nothing has begun.
 *
 * The frame is large because of code that never runs, which keeps many values over a call. Several smaller frames, one in the
 * other, are compiled much sooner than a large one. Each is an instance of its own, so that no engine makes one of them all.
 */
import { isCall, type NumberCall } from '../base/call.js'
import { Kind, Op, Section, Type, Writer } from './wasm-writer.js'

/** How many frames, and how many values of 16 bytes each keeps: 64 KiB together. The deepest of our own calls took 4 KiB. */
const FRAMES = 4
const CALLS = 10
const VALUES = 100

let made: NumberCall | undefined

/** A function that traps unless 64 KiB of stack are left. It wants a zero. */
export function stackRoom(): NumberCall {
  made ??= make()
  return made
}

function make(): NumberCall {
  const frame = new WebAssembly.Module(largeFrame())
  const instance = (next: WebAssembly.ExportValue): WebAssembly.Exports =>
    new WebAssembly.Instance(frame, { '': { next } }).exports
  let room = instance(() => {}).nothing
  for (let frames = 0; frames < FRAMES; frames++) room = room && instance(room).room
  if (!isCall(room)) throw new TypeError('the module is broken')
  return room
}

/** A module that exports `room`, which calls the import `next`, and `nothing`, which is the last one. */
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
      // First what runs: V8 takes the code before a return for how much has run, and compiles anew what has run much.
      writer.put(Op.LOCAL_GET, 0, Op.I32_EQZ, Op.IF, Type.NONE, Op.LOCAL_GET, 0, Op.CALL, 0, Op.RETURN, Op.END)
      // Through an empty table: what is called is not known, so that no engine can leave it out.
      for (const type of [SOURCE, SINK])
        for (let calls = 0; calls < CALLS; calls++) writer.put(Op.I32_CONST, 0, Op.CALL_INDIRECT, type, 0)
    })
    writer.code(undefined, () => {})
  })
  return writer.bytes
}
