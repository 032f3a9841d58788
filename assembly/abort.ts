/** What happens when a program fails: `throw`, a failed `assert()`, an index out of range, no memory. */
import { fd_write } from './imports/wasi_snapshot_preview1'

const SIZE: usize = 1024
const text = memory.data(1024)
const vector = memory.data(8, 4)
const written = memory.data(4, 4)

/**
 * Prints the message and its place on standard error, and traps. It allocates nothing, since there may be no memory.
 */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  let end = put(text, 'abort: ')
  if (message != null) end = put(end, message)
  end = put(end, ' at ')
  if (file != null) end = put(end, file)
  end = putNumber(put(end, ':'), line)
  end = putNumber(put(end, ':'), column)
  end = put(end, '\n')
  store<usize>(vector, text)
  store<usize>(vector, end - text, 4)
  fd_write(2, vector, 1, written)
  unreachable()
}

/** Appends a text as far as there is room; a character has 3 bytes at most for each of its units. */
function put(at: usize, part: string): usize {
  const room = <i32>((text + SIZE - at) / 3)
  return at + String.UTF8.encodeUnsafe(changetype<usize>(part), min(part.length, room), at)
}

function putNumber(at: usize, value: u32): usize {
  if (at + 10 > text + SIZE) return at
  let divisor: u32 = 1
  while (value / divisor >= 10) divisor *= 10
  for (; divisor > 0; divisor /= 10) store<u8>(at++, <u8>(0x30 + ((value / divisor) % 10)))
  return at
}
