/** Runs `tests --list` as a guest, and prints its output. */
import { readFile } from 'node:fs/promises'
import { Guest } from 'libuv-wasm/guest'
import { virtualHost } from 'libuv-wasm/virtual'

const guest = await Guest.start(await readFile(process.argv[2] ?? ''), {
  host: virtualHost(),
  args: ['tests', '--list'],
  onOutput: (_stream, bytes) => process.stdout.write(bytes),
})
process.exitCode = await guest.exit
