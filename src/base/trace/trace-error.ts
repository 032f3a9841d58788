/** A file that is no trace, or a damaged one. */
export class TraceError extends Error {
  /** Where the file is not as it should be: bytes from its start. */
  readonly offset: number

  /**
   * @param offset - where, in bytes from the start of the file
   * @param problem - what is wrong there
   * @param remedy - what to do
   */
  constructor(offset: number, problem: string, remedy: string) {
    super(`Cannot read the trace: at offset ${offset} ${problem}; ${remedy}`)
    this.name = 'TraceError'
    this.offset = offset
  }
}
