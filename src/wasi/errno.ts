import type { ErrnoName } from '../base/errno.js'

/** The errors of WASI preview 1 that guests can receive. */
export const Errno = {
  SUCCESS: 0,
  ACCES: 2,
  AGAIN: 6,
  BADF: 8,
  BUSY: 10,
  DQUOT: 19,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  INVAL: 28,
  IO: 29,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  MLINK: 34,
  NAMETOOLONG: 37,
  NFILE: 41,
  NOENT: 44,
  NOMEM: 48,
  NOSPC: 51,
  NOSYS: 52,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  NOTSUP: 58,
  NXIO: 60,
  PERM: 63,
  RANGE: 68,
  ROFS: 69,
  SPIPE: 70,
  TXTBSY: 74,
  XDEV: 75,
  NOTCAPABLE: 76,
} as const

/** The name of an error. */
export type FileErrorName = Exclude<keyof typeof Errno, 'SUCCESS'>

/** Whether there is an error of that name. */
export function isErrorName(name: string): name is FileErrorName {
  return name !== 'SUCCESS' && Object.hasOwn(Errno, name)
}

/** The reason why a call is refused. */
export class FileError extends Error {
  /** One of {@link Errno}. */
  readonly errno: number
  /** The same error for the kernel, which has no capabilities. */
  readonly code: ErrnoName

  constructor(name: FileErrorName) {
    super(name)
    this.errno = Errno[name]
    this.code = name === 'NOTCAPABLE' ? 'EPERM' : `E${name}`
  }
}

/**
 * The body of a call; an exception becomes its answer. 64-bit numbers arrive as `bigint`, and the body converts them.
 */
export type Action = (...values: number[]) => void

/** The answer of a call that threw. */
export function errnoOf(error: unknown): number {
  return error instanceof FileError ? error.errno : Errno.IO
}

/** Makes an import from an action. It returns 0, or the error that the action threw. */
export function answer(action: Action): (...values: number[]) => number {
  return (...values) => {
    try {
      action(...values)
      return Errno.SUCCESS
    } catch (error) {
      return errnoOf(error)
    }
  }
}
