/** Errors of WASI preview 1, as far as files have them. */
export const Errno = {
  SUCCESS: 0,
  ACCES: 2,
  BADF: 8,
  BUSY: 10,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  INVAL: 28,
  IO: 29,
  ISDIR: 31,
  LOOP: 32,
  NAMETOOLONG: 37,
  MFILE: 33,
  NOENT: 44,
  NOSPC: 51,
  NOTDIR: 54,
  NOTEMPTY: 55,
  PERM: 63,
  SPIPE: 70,
} as const

/** Why an operation on files is refused. */
export class FileError extends Error {
  /** One of {@link Errno}. */
  readonly errno: number

  constructor(name: keyof typeof Errno) {
    super(name)
    this.errno = Errno[name]
  }
}
