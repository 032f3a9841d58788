/**
 * Makes sure that there is stack left before any of our code runs: a stack that ran over within it would leave it half-way. An
 * engine looks at its stack when it enters a function, by the size of that function's frame. So a function with a large frame
 * that does nothing is called first: it traps where there is not as much room as it pretends to need, and nothing has begun.
 *
 * The frame is large because of code that never runs, which keeps many values over a call. Several smaller frames, one in the
 * other, are compiled much sooner than a large one. Each is an instance of its own, so that no engine makes one of them all.
 */
import { isCall, type NumberCall } from '../abi/call.js'
import { body, functionType, imported, Kind, module, name, Op, Section, Type } from './wasm-writer.js'

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
  const [NEXT, SOURCE, SINK] = [0, 1, 2]
  // Through an empty table: what is called is not known, so that no engine can leave it out.
  const call = (type: number): number[] => [Op.I32_CONST, 0, Op.CALL_INDIRECT, type, 0]
  const never = [SOURCE, SINK].flatMap((type) => Array.from({ length: CALLS }, () => call(type)).flat())
  const room = [Op.LOCAL_GET, 0, Op.IF, Type.NONE, ...never, Op.END, Op.LOCAL_GET, 0, Op.CALL, 0]
  return module([
    [Section.TYPE, [functionType([Type.I32], []), functionType([], values), functionType(values, [])]],
    [Section.IMPORT, [imported('next', NEXT)]],
    [Section.FUNCTION, [[NEXT], [NEXT]]],
    [Section.TABLE, [[Type.FUNCREF, 0, 1]]],
    [
      Section.EXPORT,
      [
        [...name('room'), Kind.FUNCTION, 1],
        [...name('nothing'), Kind.FUNCTION, 2],
      ],
    ],
    [Section.CODE, [body(0, Type.I32, room), body(0, Type.I32, [])]],
  ])
}
