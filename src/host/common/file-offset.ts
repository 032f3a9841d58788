/**
 * `lseek()`, which Node does not have; but its WASI has it, for the descriptors that it is given. A position that is
 * shared with other processes cannot be kept elsewhere: what a program leaves of its standard input belongs to the
 * next program.
 */
import type { ErrnoName } from '../../base/errno.js'
import type { SeekFrom } from '../contract/stream.js'

/** The numbers of `whence` in WASI preview 1. */
const WHENCE = { start: 0, current: 1, end: 2 } as const

/** The errors of `fd_seek` in WASI preview 1 that have another name than EIO here. */
const ERRORS: Readonly<Record<number, ErrnoName>> = {
  8: 'EBADF',
  28: 'EINVAL',
  61: 'EINVAL',
  70: 'ESPIPE',
  76: 'ESPIPE',
}

/** `fd_seek` for descriptor 0 of the WASI that a function belongs to; stores the new offset at `out`. */
interface Seeker {
  readonly seek: (fd: number, offset: bigint, whence: number, out: number) => number
  readonly memory: WebAssembly.Memory
}

const seekers = new Map<number, Seeker | undefined>()

/**
 * Moves the position of a descriptor.
 *
 * @returns the new position; ESPIPE if it has none, or if this runtime cannot move it
 */
export function moveOffset(fd: number, offset: number, from: SeekFrom): number | ErrnoName {
  if (!seekers.has(fd)) seekers.set(fd, openSeeker(fd))
  const seeker = seekers.get(fd)
  if (seeker === undefined) return 'ESPIPE'
  const error = seeker.seek(0, BigInt(Math.trunc(offset)), WHENCE[from], 0)
  if (error !== 0) return ERRORS[error] ?? 'EIO'
  return Number(new DataView(seeker.memory.buffer).getBigInt64(0, true))
}

function isSeek(value: unknown): value is Seeker['seek'] {
  return typeof value === 'function'
}

function openSeeker(fd: number): Seeker | undefined {
  try {
    const wasi = new (loadWasi())({ version: 'preview1', stdin: fd, stdout: fd, stderr: fd })
    const instance = new WebAssembly.Instance(
      new WebAssembly.Module(seekModule()),
      wasi.getImportObject() as WebAssembly.Imports,
    )
    wasi.start(instance)
    const { seek, memory } = instance.exports
    return isSeek(seek) && memory instanceof WebAssembly.Memory ? { seek, memory } : undefined
  } catch {
    return undefined
  }
}

/**
 * A module that exports what it imports, since only a module can call WASI, and a memory for the result:
 *
 * ```wat
 * (module
 *   (import "wasi_snapshot_preview1" "fd_seek" (func (param i32 i64 i32 i32) (result i32)))
 *   (func) (memory 1)
 *   (export "memory" (memory 0)) (export "seek" (func 0)) (export "_start" (func 1)))
 * ```
 */
function seekModule(): Uint8Array<ArrayBuffer> {
  const text = (word: string): number[] => [word.length, ...new TextEncoder().encode(word)]
  const section = (id: number, ...bytes: number[]): number[] => [id, bytes.length, ...bytes]
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, 0x60, 4, 0x7f, 0x7e, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 0),
    ...section(2, 1, ...text('wasi_snapshot_preview1'), ...text('fd_seek'), 0, 0),
    ...section(3, 1, 1),
    ...section(5, 1, 0, 1),
    ...section(7, 3, ...text('memory'), 2, 0, ...text('seek'), 0, 0, ...text('_start'), 0, 1),
    ...section(10, 1, 2, 0, 0x0b),
  )
}

/** Loads WASI without the warning that it is an experiment, which would be printed among the guest's output. */
function loadWasi(): typeof import('node:wasi').WASI {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule('node:wasi').WASI
  } finally {
    process.emitWarning = emitWarning
  }
}
