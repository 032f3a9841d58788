/** Command lines that cannot be carried out, and what the command says of itself. */

/** The exit code for a wrong command line, as is usual. */
export const WRONG_USAGE = 2

/** A command line that cannot be carried out; the message is the reason. */
export class UsageError extends Error {}

/** The message of an exception. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Prints a message of the command itself, which is separate from the program's output. */
export function say(message: string): void {
  process.stderr.write(`libuv-wasm: ${message}\n`)
}
