/**
 * The guest: a module that executes a script, which it reads from its standard input. WebAssembly calls real imports;
 * the script determines the calls and their arguments. The guest keeps each result, and writes its memory to its error
 * stream at the end.
 */
import { Assembly, type Code, I32, I64, op, typesOf } from './assembler.js'
import {
  AFTERLIFE,
  Argument,
  CALL,
  CAUGHT,
  LOG,
  MAGIC,
  PAGE,
  PAGES,
  PATTERN,
  patternBytes,
  SCRATCH,
  SCRIPT,
  Step,
  ZEROS,
} from './layout.js'
import { indexOf, SIGNATURES } from './signatures.js'

/** Which exceptions a guest catches: none, or all, by the old instructions or the new ones. */
export type Catching = 'nothing' | 'all' | 'all-by-table'

/** Globals. */
const [PC, DELAY] = [0, 1]

/** Bits of the result of a turn: something is left; the host may wait. */
const PARKED_ALIVE = 3

/** The module. @param catching - whether an exception that comes out of a call is caught */
export function interpreter(catching: Catching): Uint8Array<ArrayBuffer> {
  const module = new Assembly()
  module.memory = [PAGES.least, PAGES.most]
  module.globals = 2
  module.tag = true
  const encoder = new TextEncoder()
  module.data(MAGIC.at, encoder.encode(MAGIC.text))
  module.data(SCRATCH + 32, encoder.encode(AFTERLIFE))
  module.data(PATTERN.at, patternBytes())
  const imports = SIGNATURES.map(({ module: from, name, parameters, result }) =>
    module.importFunction(from, name, typesOf(parameters), typesOf(result)),
  )
  const imported = (name: Parameters<typeof indexOf>[0]): Code => op.call(imports[indexOf(name)] ?? 0)
  const resolve = defineResolve(module)
  module.table = SIGNATURES.map((_, index) => defineAdapter(module, index, resolve))
  const execute = defineExecute(module, catching)
  const descend = defineDescend(module, execute)
  const step = defineStep(module, descend)
  const turn = module.function([], [I32], [op.loop, op.call(step), op.tee(0), op.eqz, op.brIf(0), op.end, op.get(0)], 1)
  const finish = defineFinish(module, imported, catching)
  const read = defineTransfer(module, imported('fd_read'), 0)
  module.export('_start', defineStart(module, imported, { read, turn, finish }))
  const pumped = [op.call(turn), op.i32(2), op.eq, op.if, op.call(finish), op.end, op.i32(PARKED_ALIVE)]
  module.export('uvp_turn', module.function([I32], [I32], pumped))
  module.export('uvp_turn_timeout', module.function([I32], [I32], [op.getGlobal(DELAY)]))
  module.export('uvp_turn_alive', module.function([I32], [I32], [op.i32(1)]))
  module.export('uvp_end', module.function([I32], [], [op.unreachable]))
  return module.build()
}

const END_OF_MEMORY = [...op.memorySize, ...op.i32(16), ...op.shl]

/** The value of an argument that is described at an address. */
function defineResolve(module: Assembly): number {
  const kindIs = (kind: number): Code => [...op.get(0), ...op.load(), ...op.i32(kind), ...op.eq]
  return module.function(
    [I32],
    [I64],
    [
      [...kindIs(Argument.NUMBER), ...op.if, ...op.get(0), ...op.load64(4), ...op.return, ...op.end],
      [
        ...kindIs(Argument.REGISTER),
        ...op.if,
        ...op.get(0),
        ...op.load(4),
        ...op.load(),
        ...op.extend,
        ...op.return,
        ...op.end,
      ],
      [...END_OF_MEMORY, ...op.get(0), ...op.load(4), ...op.add, ...op.extendUnsigned],
    ],
  )
}

/** Calls an import with the arguments of a step; all functions in the table have one type. */
function defineAdapter(module: Assembly, index: number, resolve: number): number {
  const { parameters = '', result = '' } = SIGNATURES[index] ?? {}
  const given = Array.from(parameters, (letter, position) => [
    ...op.get(0),
    ...op.i32(CALL.arguments + CALL.argument * position),
    ...op.add,
    ...op.call(resolve),
    ...(letter === 'I' ? [] : letter === 'd' ? op.reinterpret : op.wrap),
  ])
  const answer = result === 'd' ? op.truncate : result === '' ? op.i32(0) : []
  return module.function([I32], [I32], [...given, op.call(index), answer])
}

/** Executes a call and keeps its result, or throws if the step requires it. */
function defineExecute(module: Assembly, catching: Catching): number {
  const call = [
    ...[...op.get(0), ...op.load(), ...op.i32(Step.THROW), ...op.eq, ...op.if, ...op.throw, ...op.end],
    ...[...op.get(0), ...op.get(0), ...op.load(CALL.function), ...op.callIndirect(module.type([I32], [I32]))],
  ]
  const guarded = {
    nothing: call,
    all: [...op.tryI32, ...call, ...op.catchAll, ...op.i32(CAUGHT), ...op.end],
    'all-by-table': [
      ...[...op.blockI32, ...op.block, ...op.tryTableI32, ...call, ...op.end, ...op.br(1), ...op.end],
      ...[...op.i32(CAUGHT), ...op.end],
    ],
  }[catching]
  const field = (offset: number): Code => [...op.get(0), ...op.load(offset)]
  return module.function(
    [I32],
    [I32],
    [
      [...guarded, ...op.set(1)],
      [...op.get(0), ...op.load(), ...op.i32(Step.THROW), ...op.eq, ...op.if, ...op.get(1), ...op.return, ...op.end],
      [...field(CALL.result), ...op.if, ...field(CALL.result), ...op.get(1), ...op.store(), ...op.end],
      [...field(CALL.log), ...op.get(1), ...op.store()],
      // Keeps a number that the call has stored, too.
      [...field(CALL.watch), ...op.tee(2), ...op.if],
      [
        ...op.get(2),
        ...op.i32(0),
        ...op.lessThan,
        ...op.if,
        ...END_OF_MEMORY,
        ...op.get(2),
        ...op.add,
        ...op.set(2),
        ...op.end,
      ],
      [...field(CALL.log), ...op.get(2), ...op.load(), ...op.store(4), ...op.end],
      op.get(1),
    ],
    2,
  )
}

/** Executes a step that many frames deeper. */
function defineDescend(module: Assembly, execute: number): number {
  const descend = module.function([I32, I32], [I32])
  module.code(descend, [
    [...op.get(0), ...op.eqz, ...op.ifI32, ...op.get(1), ...op.call(execute), ...op.else],
    [...op.get(0), ...op.i32(1), ...op.sub, ...op.get(1), ...op.call(descend), ...op.end],
  ])
  return descend
}

/** Executes the next step. It returns 0 to continue, 1 to wait first, 2 at the end. */
function defineStep(module: Assembly, descend: number): number {
  const field = (offset: number): Code => [...op.get(0), ...op.load(offset)]
  const when = (kind: number, ...code: Code[]): Code => [
    ...[...op.get(1), ...op.i32(kind), ...op.eq, ...op.if, ...code.flat(), ...op.end],
  ]
  const depth = [...op.i32(SCRIPT.at), ...op.load(8)]
  const perform = [
    ...[...field(CALL.deep), ...op.ifI32, ...depth, ...op.else, ...op.i32(0), ...op.end],
    ...[...op.get(0), ...op.call(descend), ...op.drop],
  ]
  return module.function(
    [],
    [I32],
    [
      [...op.getGlobal(PC), ...op.tee(0), ...op.load(), ...op.set(1)],
      [...op.get(0), ...field(4), ...op.add, ...op.setGlobal(PC)],
      when(Step.END, [...op.get(0), ...op.setGlobal(PC), ...op.i32(2), ...op.return]),
      when(Step.CALL, perform),
      when(Step.THROW, perform),
      when(
        Step.POKE,
        [...field(8), ...op.ifI32, ...END_OF_MEMORY, ...op.else, ...op.i32(0), ...op.end, ...field(12), ...op.add],
        [...op.get(0), ...op.i32(20), ...op.add, ...field(16), ...op.memoryCopy],
      ),
      when(Step.GROW, [...field(8), ...op.memoryGrow, ...op.drop]),
      when(Step.WAIT, [...field(8), ...op.setGlobal(DELAY), ...op.i32(1), ...op.return]),
      when(Step.COPY, [...field(8), ...field(12), ...op.load(), ...op.store()]),
      when(
        Step.BRANCH,
        [...field(8), ...op.load(), ...op.i32(0), ...op.lessThan, ...op.if],
        [...field(16), ...op.load(), ...op.if],
        [...field(16), ...field(16), ...op.load(), ...op.i32(1), ...op.sub, ...op.store()],
        [...field(12), ...op.setGlobal(PC), ...op.end, ...op.end],
      ),
      when(Step.TRAP, op.unreachable),
      op.i32(0),
    ],
    2,
  )
}

/** Reads or writes that many bytes at an address; traps like `abort()` if it fails. */
function defineTransfer(module: Assembly, call: Code, fd: number): number {
  const [list, count] = [SCRATCH, SCRATCH + 16]
  return module.function(
    [I32, I32],
    [],
    [
      [...op.loop, ...op.get(1), ...op.if],
      [...op.i32(list), ...op.get(0), ...op.store(), ...op.i32(list), ...op.get(1), ...op.store(4)],
      [...op.i32(fd), ...op.i32(list), ...op.i32(1), ...op.i32(count), ...call, ...op.if, ...op.unreachable, ...op.end],
      [...op.i32(count), ...op.load(), ...op.tee(2), ...op.eqz, ...op.if, ...op.unreachable, ...op.end],
      [...op.get(0), ...op.get(2), ...op.add, ...op.set(0), ...op.get(1), ...op.get(2), ...op.sub, ...op.set(1)],
      [...op.br(1), ...op.end, ...op.end],
    ],
    1,
  )
}

/**
 * Writes the memory that it began with, without the room for the script and the log that is not used, and exits. A
 * guest that catches everything continues as long as it can.
 */
function defineFinish(
  module: Assembly,
  imported: (name: 'fd_write' | 'proc_exit' | 'poll') => Code,
  catching: Catching,
): number {
  const write = defineTransfer(module, imported('fd_write'), 2)
  const header = (offset: number): Code => [...op.i32(SCRIPT.at), ...op.load(offset)]
  const lines = [
    [...op.i32(MAGIC.at), ...op.i32(SCRIPT.at - MAGIC.at), ...header(0), ...op.add, ...op.call(write)],
    [...op.i32(LOG.at), ...header(12), ...op.call(write)],
    [...op.i32(ZEROS.at), ...op.i32(PAGES.least * PAGE - ZEROS.at), ...op.call(write)],
    [...op.i32(0), ...imported('proc_exit')],
  ]
  if (catching === 'nothing') return module.function([], [], [...lines, op.unreachable])
  const caught = (code: Code): Code =>
    catching === 'all'
      ? [...op.tryI32, ...code, ...op.i32(0), ...op.catchAll, ...op.i32(1), ...op.end, ...op.drop]
      : [
          ...[...op.blockI32, ...op.block, ...op.tryTableI32, ...code, ...op.i32(0), ...op.end, ...op.br(1), ...op.end],
          ...[...op.i32(1), ...op.end, ...op.drop],
        ]
  const say = [
    ...[
      ...op.i32(SCRATCH),
      ...op.i32(SCRATCH + 32),
      ...op.store(),
      ...op.i32(SCRATCH),
      ...op.i32(AFTERLIFE.length),
      ...op.store(4),
    ],
    ...[...op.i32(1), ...op.i32(SCRATCH), ...op.i32(1), ...op.i32(SCRATCH + 16), ...imported('fd_write'), ...op.drop],
  ]
  const sleep = [...op.i32(0), ...op.i32(0), ...op.i32(1), ...imported('poll'), ...op.drop]
  return module.function([], [], [...lines.map(caught), op.loop, caught(say), caught(sleep), op.br(0), op.end])
}

/** Reads the script and executes it: by the host's pump, by `run()`, or in its own loop. */
function defineStart(
  module: Assembly,
  imported: (name: 'leave' | 'run' | 'poll') => Code,
  { read, turn, finish }: { readonly read: number; readonly turn: number; readonly finish: number },
): number {
  return module.function(
    [],
    [],
    [
      [...op.i32(SCRIPT.at), ...op.i32(SCRIPT.header), ...op.call(read)],
      [
        ...op.i32(SCRIPT.at + SCRIPT.header),
        ...op.i32(SCRIPT.at),
        ...op.load(),
        ...op.i32(SCRIPT.header),
        ...op.sub,
        ...op.call(read),
      ],
      [...op.i32(SCRIPT.at + SCRIPT.header), ...op.setGlobal(PC)],
      [...op.i32(1), ...imported('leave')],
      [...op.i32(SCRIPT.at), ...op.load(4), ...op.if, ...op.i32(1), ...imported('run'), ...op.drop, ...op.end],
      [...op.loop, ...op.call(turn), ...op.i32(2), ...op.eq, ...op.if, ...op.call(finish), ...op.end],
      [...op.i32(0), ...op.i32(0), ...op.getGlobal(DELAY), ...imported('poll'), ...op.drop, ...op.br(0), ...op.end],
    ],
  )
}
