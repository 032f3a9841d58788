/** A folder with a copy of the SDK, in another place than it was built in, and commands in this folder. */
import { type ExecFileException, execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** The folder of the examples. */
export const EXAMPLES = join(root, 'examples/guests')
/** Milliseconds that a compiler may take on a busy machine. */
export const COMPILING = 120_000

/** The exit code and the output of a program. */
export interface Ending {
  readonly code: number | string | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A temporary folder for one file of tests. */
export class Workshop {
  readonly folder: string
  readonly sdk: string

  private constructor(folder: string) {
    this.folder = folder
    this.sdk = join(folder, 'moved here')
  }

  static async open(): Promise<Workshop> {
    const workshop = new Workshop(await mkdtemp(join(tmpdir(), 'uvcc-')))
    // What the copied uvcc has learned counts only if the times are emcc's.
    await cp(join(root, 'build/sdk'), workshop.sdk, { recursive: true, preserveTimestamps: true })
    return workshop
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true })
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text)
  }

  /** Runs a program in the folder; its input is two lines. */
  run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ending> {
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env: { ...process.env, ...env } }
      const child = execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) =>
        resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }),
      )
      // Most programs do not read it, and may have ended before it is written.
      child.stdin?.on('error', () => {}).end('one\ntwo\n')
    })
  }

  /** Runs the SDK's compiler. */
  uvcc(...args: readonly string[]): Promise<Ending> {
    return this.run(join(this.sdk, 'bin/uvcc'), args)
  }

  /** Runs a compiled program with `libuv-wasm run`. */
  guest(name: string, options: readonly string[] = [], args: readonly string[] = []): Promise<Ending> {
    const cli = join(root, 'dist/cli.js')
    return this.run(process.execPath, [cli, 'run', ...options, name, '--', ...args])
  }
}
