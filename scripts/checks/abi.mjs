/**
 * Checks that the ABI is the same in its three places: the C header that declares it, the compiled module, and the
 * TypeScript that implements it. Compares names, numbers and types. A parameter may have a different name in
 * TypeScript, but a name that is on both sides must have the same position.
 */
import { existsSync, readFileSync } from 'node:fs'
import { headerPrototypes, interfacePrototypes } from '../lib/prototypes.mjs'
import { conclude } from '../lib/report.mjs'
import { readSurface } from '../lib/wasm-module.mjs'

/** @typedef {import('../lib/prototypes.mjs').Prototype} Prototype */
/** @typedef {import('../lib/wasm-module.mjs').Item} Item */
/** @typedef {import('../lib/wasm-module.mjs').Surface} Surface */

/** Calls of programs that were written for Linux's own loops, or watch files. */
const EVENTS = [
  'epoll_create',
  'epoll_ctl',
  'epoll_wait',
  'eventfd',
  'timerfd_create',
  'timerfd_settime',
  'timerfd_gettime',
  'inotify_init',
  'inotify_add_watch',
  'inotify_rm_watch',
]

const modules = ['wasm/build/release/libuv.wasm', 'wasm/build/debug/libuv.wasm']

/**
 * The parts of the ABI. `side` returns that part of the compiled module; `others` must be there too, although our
 * headers do not declare them. `guests` are only in guest programs.
 *
 * @type {{ header: string, macro: string, ts: string, interface: string, types?: string, side: (surface: Surface) =>
 *   Map<string, Item>, others: string[], guests?: string[] }[]}
 */
const parts = [
  {
    header: 'libuv-port/include/uv_host.h',
    macro: 'UVH_IMPORT',
    ts: 'src/abi/uv-host.ts',
    interface: 'UvHost',
    types: 'UV_HOST_TYPES',
    side: (surface) => surface.imports.get('uv_host_1') ?? new Map(),
    others: [],
    // Only guest programs import these, never the library's module: it does not block, TypeScript looks up names, and
    // signals are sent to programs.
    guests: [
      'absent',
      'dup',
      'poll',
      'lookup',
      'reverse',
      'chdir',
      'fchdir',
      'getcwd',
      'statfs',
      'flock',
      'descriptor_limit',
      'map',
      'terminal',
      'signals',
      'alarm',
      'timer',
      'sendmsg',
      'recvmsg',
      ...EVENTS,
    ],
  },
  {
    header: 'wasm/uvw.h',
    macro: 'UVW_IMPORT',
    ts: 'src/abi/uv-module.ts',
    interface: 'UvFace',
    types: 'UV_FACE_TYPES',
    side: (surface) => surface.imports.get('uv_face_1') ?? new Map(),
    others: [],
  },
  {
    header: 'wasm/uvw.h',
    macro: 'UVW_EXPORT',
    ts: 'src/abi/uv-module.ts',
    interface: 'UvExports',
    side: (surface) => new Map([...surface.exports].filter(([name]) => !EMSCRIPTEN.test(name))),
    // The memory and the constructor of every WASI reactor.
    others: ['memory', '_initialize'],
  },
  {
    header: 'libuv-port/include/uv_pump.h',
    macro: 'UVP_IMPORT',
    ts: 'src/abi/uv-pump.ts',
    interface: 'UvPump',
    types: 'UV_PUMP_TYPES',
    side: () => new Map(),
    others: [],
    guests: ['leave', 'run'],
  },
  {
    header: 'libuv-port/include/uv_pump.h',
    macro: 'UVP_EXPORT',
    ts: 'src/abi/uv-pump.ts',
    interface: 'PumpedExports',
    side: () => new Map(),
    others: [],
    guests: ['uvp_turn', 'uvp_turn_timeout', 'uvp_turn_alive', 'uvp_end'],
  },
]

/**
 * Numbers that are written on both sides, since they are not visible in a module: the TypeScript name, and the C macro.
 *
 * @type {{ header: string, ts: string, table: string, macros: Record<string, string> }[]}
 */
const numbers = [
  {
    header: 'libuv-port/include/uv_host.h',
    ts: 'src/abi/revision.ts',
    table: 'Revision',
    macros: { NEWEST: 'UVH_REVISION' },
  },
  {
    header: 'libuv-port/include/uvp.h',
    ts: 'src/abi/uv-module.ts',
    table: 'RunResult',
    macros: { ALIVE: 'UVP_ALIVE', PARKED: 'UVP_PARKED', PHASES: 'UVP_PHASES', UNTIMED: 'UVP_UNTIMED' },
  },
  {
    header: 'libuv-port/src/files/files.h',
    ts: 'src/wasi/layouts.ts',
    table: 'Mode',
    macros: { AT: 'UVP__MODE_AT', KNOWN: 'UVP__MODE_KNOWN', UNTYPED: 'UVP__MODE_UNTYPED', BITS: 'UVP__MODE_BITS' },
  },
  {
    header: 'libuv-port/src/files/files.h',
    ts: 'src/wasi/layouts.ts',
    table: 'TimesFlag',
    macros: { MODE: 'UVP__SET_MODE', IS_NEW: 'UVP__IS_NEW' },
  },
]
const importModules = ['uv_host_1', 'uv_face_1', 'wasi_snapshot_preview1']
/** The exports that emscripten adds to every module for its own support code. */
const EMSCRIPTEN = /^(?:__\w+|_?emscripten_\w+|stack(?:Save|Restore|Alloc))$/

const INTEGERS =
  /^(?:(?:un)?signed |)(?:int|char|short|long)$|^(?:unsigned|signed|size_t|ssize_t|socklen_t|u?int(?:8|16|32)_t|uintptr_t)$/

/**
 * The WebAssembly type of a C type. A pointer has 32 bits.
 *
 * @param {string} type
 */
const wasmType = (type) => {
  if (type.endsWith('*') || INTEGERS.test(type)) return 'i32'
  if (type === 'int64_t' || type === 'uint64_t') return 'i64'
  if (type === 'double') return 'f64'
  if (type === 'float') return 'f32'
  return type === 'void' ? 'void' : `unknown (${type})`
}

/** @param {string} type */
const tsType = (type) => (type === 'void' ? 'void' : type === 'i64' ? 'bigint' : 'number')

/**
 * @param {string} name
 * @param {{ params: string[], result: string }} signature
 */
const show = (name, { params, result }) => `${name}(${params.join(', ')}): ${result}`

/**
 * @param {string} name
 * @param {Prototype} prototype
 */
const fromC = (name, { params, result }) =>
  show(name, { params: params.map(({ type }) => wasmType(type)), result: wasmType(result) })

/**
 * @param {string} name
 * @param {Prototype} prototype
 */
const asTs = (name, { params, result }) =>
  show(name, { params: params.map(({ type }) => tsType(wasmType(type))), result: tsType(wasmType(result)) })

/**
 * @param {string} name
 * @param {Prototype} prototype
 */
const fromTs = (name, { params, result }) => show(name, { params: params.map(({ type }) => type), result })

/**
 * Parameters that C and TypeScript both name, but in different positions. All are numbers, so no type error shows this.
 *
 * @param {Map<string, Prototype>} said
 * @param {Map<string, Prototype>} answered
 * @param {string} place
 */
const shuffled = (said, answered, place) =>
  [...said].flatMap(([name, { params }]) => {
    const order = (answered.get(name)?.params ?? []).map((one) => one.name)
    return params
      .map((one, index) => ({ name: camel(one.name), index }))
      .filter((one) => order.includes(one.name) && order[one.index] !== one.name)
      .map((one) => `${place}: ${name} has \`${one.name}\` in a different position than C`)
  })

/** @param {string} name */
const camel = (name) => name.replace(/_(\w)/g, (_all, letter) => letter.toUpperCase())

/**
 * @param {Map<string, string>} said - the header's declarations, by name
 * @param {Map<string, string>} found - the other side's declarations, by name
 * @param {string} header
 * @param {string} place - the other side
 */
const compare = (said, found, header, place) => [
  ...[...said].flatMap(([name, form]) => {
    const other = found.get(name)
    if (other === undefined) return [`${place}: ${name} is missing, ${header} has it`]
    return other === form ? [] : [`${place}: ${other}, but ${header} says ${form}`]
  }),
  ...[...found.keys()].filter((name) => !said.has(name)).map((name) => `${place}: ${header} does not have ${name}`),
]

/**
 * @template T
 * @param {Map<string, T>} map
 * @param {readonly string[]} others
 * @param {(name: string, value: T) => string} form
 */
const forms = (map, others, form) =>
  new Map([...map].filter(([name]) => !others.includes(name)).map(([name, value]) => [name, form(name, value)]))

/**
 * @param {string} name
 * @param {Item} item
 */
const fromWasm = (name, item) => (item.kind === 'func' ? show(name, item.signature) : `${name}: ${item.kind}`)

/**
 * The signatures in a TypeScript table; see `src/abi/signature.ts`.
 *
 * @param {string} path
 * @param {string} table - the table's name
 */
const typesFromTs = (path, table) => {
  const [, rows = ''] = new RegExp(`const ${table}[^{]*\\{([^}]*)\\}`).exec(readFileSync(path, 'utf8')) ?? []
  const type = (/** @type {string} */ letter) => ({ i: 'i32', I: 'i64', d: 'f64' })[letter] ?? 'void'
  return new Map(
    [...rows.matchAll(/(\w+): '(\w*):?(\w?)'/g)].map(([, name = '', params = '', result = '']) => [
      name,
      show(name, { params: [...params].map(type), result: type(result) }),
    ]),
  )
}

/**
 * Compares one part of the ABI with its other sides.
 *
 * @param {typeof parts[number]} part
 * @param {readonly (readonly [path: string, surface: Surface])[]} surfaces
 */
const checkPart = (part, surfaces) => {
  const said = headerPrototypes(part.header, part.macro)
  const answered = interfacePrototypes(part.ts, part.interface)
  const inTs = [
    ...compare(forms(said, [], asTs), forms(answered, part.others, fromTs), part.header, part.ts),
    ...shuffled(said, answered, part.ts),
    ...(part.types === undefined
      ? []
      : compare(forms(said, [], fromC), typesFromTs(part.ts, part.types), part.header, `${part.ts}, ${part.types}`)),
  ]
  const inModules = surfaces.flatMap(([path, surface]) => {
    const items = part.side(surface)
    const lost = part.others.filter((name) => !items.has(name)).map((name) => `${path}: ${name} is missing`)
    return [
      ...lost,
      ...compare(forms(said, part.guests ?? [], fromC), forms(items, part.others, fromWasm), part.header, path),
    ]
  })
  return { count: said.size, problems: [...inTs, ...inModules] }
}

/**
 * Compares the numbers that are written on both sides.
 *
 * @param {typeof numbers[number]} pair
 */
const checkNumbers = ({ header, ts, table, macros }) => {
  const c = readFileSync(header, 'utf8')
  const [, rows = ''] = new RegExp(`const ${table} = \\{([^}]*)\\}`).exec(readFileSync(ts, 'utf8')) ?? []
  return Object.entries(macros).flatMap(([name, macro]) => {
    const [, here] = new RegExp(`\\b${name}: (\\w+)`).exec(rows) ?? []
    const [, there = ''] = new RegExp(`#define ${macro} (\\w+)`).exec(c) ?? []
    // C writes octal numbers without the `o`.
    if (here !== undefined && Number(here) === Number(there.replace(/^0(?=[0-7])/, '0o'))) return []
    return [`${ts}: ${table}.${name} is ${here}, but ${header} defines ${macro} as ${there || 'nothing'}`]
  })
}

/** The package's version is written twice, so that guests need not read a file to know it. */
const checkVersion = () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const [, said] = /const VERSION = '(.*)'/.exec(readFileSync('src/abi/revision.ts', 'utf8')) ?? []
  return said === version ? [] : [`src/abi/revision.ts: VERSION is ${said}, but package.json has ${version}`]
}

const needed = [...new Set([...parts.flatMap((part) => [part.header, part.ts]), ...modules])]
const missing = needed.filter((path) => !existsSync(path))
if (missing.length > 0) {
  conclude(
    missing.map((path) => `${path} is missing${path.endsWith('.wasm') ? ': `make wasm` builds it' : ''}`),
    '',
  )
} else {
  const surfaces = modules.map((path) => /** @type {const} */ ([path, readSurface(readFileSync(path))]))
  const strangers = surfaces.flatMap(([path, { imports }]) =>
    [...imports.keys()]
      .filter((name) => !importModules.includes(name))
      .map(
        (name) =>
          `${path}: imports from ${name}, which no host provides: ${[...(imports.get(name)?.keys() ?? [])].join(', ')}`,
      ),
  )
  const checked = parts.map((part) => checkPart(part, surfaces))
  const count = checked.reduce((sum, part) => sum + part.count, 0)
  conclude(
    [...strangers, ...checked.flatMap((part) => part.problems), ...numbers.flatMap(checkNumbers), ...checkVersion()],
    `${count} functions, the same in C, in TypeScript and in ${modules.length} modules`,
  )
}
