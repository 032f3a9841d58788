/** Plugins in processes of their own, which the operating system keeps apart. */
import { type ChildProcess, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { Duplex } from 'node:stream'
import { serialize } from 'node:v8'
import { type Directory, isDirectory } from '../../wasi/fs/given.js'
import type { Isolated, Isolation } from '../isolation.js'
import type { PluginSetup } from '../setup.js'
import { commandFor, type ProcessLimits } from './command.js'
import { encodeFiles } from './files-codec.js'
import { Frame } from './frames.js'
import { IsolatedProcess } from './isolated-process.js'
import { type StartMessage, TELLS } from './messages.js'

/**
 * The limits of the operating system by default: a heap that the library does not fill with any grant, as many
 * descriptors as programs usually have, a day of processor time, and the memory of the largest guest.
 */
export const DEFAULT_PROCESS_LIMITS: ProcessLimits = {
  heap: 512,
  descriptors: 4096,
  processorTime: 86_400,
  data: 6144,
}

/** Starts each guest in a process. */
export class ProcessIsolation implements Isolation {
  readonly name = 'process'
  readonly #limits: ProcessLimits

  /** @param limits - by default {@link DEFAULT_PROCESS_LIMITS} */
  constructor(limits: Partial<ProcessLimits> = {}) {
    this.#limits = { ...DEFAULT_PROCESS_LIMITS, ...limits }
  }

  async start(setup: PluginSetup): Promise<Isolated> {
    const bytes = await bytesOf(setup)
    const { message, memory } = messageFor(setup)
    const { program, args } = commandFor(message, this.#limits)
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: {},
      windowsHide: true,
      ...(process.platform !== 'win32' && { cwd: '/' }),
    })
    const isolated = new IsolatedProcess(child, channelOf(child), setup)
    const { channel } = isolated
    channel.sendParts(Frame.MODULE, 0, bytes)
    channel.sendParts(Frame.START, 0, serialize(message))
    for (const [id, files] of memory.entries()) channel.sendParts(Frame.GIVEN, id, encodeFiles(files))
    channel.send(Frame.GO)
    await isolated.ready
    return isolated
  }
}

function channelOf(child: ChildProcess): Duplex {
  const [, , , channel] = child.stdio
  if (channel instanceof Duplex) return channel
  throw new Error('Cannot start the plugin: its process has no channel')
}

/** @throws {TypeError} when the setup cannot be passed to a process */
async function bytesOf({ module, host, stdio }: PluginSetup): Promise<Uint8Array> {
  if (host !== undefined) throw unfit('it has a host of its own, which exists in this process only; leave host out')
  if (stdio !== undefined) throw unfit("stdio 'inherit' is not possible; use input and the event for output")
  if (module instanceof Uint8Array) return module
  if (module instanceof ArrayBuffer) return new Uint8Array(module)
  if (!(module instanceof URL)) throw unfit('a compiled module cannot leave this process; give its bytes or its URL')
  if (module.protocol === 'file:') return (await import('#platform')).readFile(module)
  const response = await fetch(module)
  if (!response.ok) throw new TypeError(`Cannot load the module from ${module.href}: ${response.status}; check the URL`)
  return new Uint8Array(await response.arrayBuffer())
}

function unfit(reason: string): TypeError {
  return new TypeError(`Cannot start the plugin in a process: ${reason}, or use isolation: 'thread'`)
}

/** @throws {TypeError} when Node's flags would grant the process more than this directory */
function grantable(path: string): string {
  if (/[,*]/.test(resolve(path))) throw unfit(`the path ${JSON.stringify(path)} has a comma or a star; rename it`)
  try {
    return realpathSync(path)
  } catch {
    // The process says what is wrong with it.
    return resolve(path)
  }
}

function messageFor(setup: PluginSetup): { message: StartMessage; memory: Directory[] } {
  const { name, args, env, wallClock = true, files, policy, limits, services, hooks } = setup
  const memory: [string, Directory][] = []
  const dirs: Record<string, { path: string; access: 'ro' | 'rw' }> = {}
  for (const [at, given] of Object.entries(files ?? {})) {
    if (isDirectory(given)) memory.push([at, given])
    else if (typeof given === 'string') dirs[at] = { path: grantable(given), access: 'ro' }
    else dirs[at] = { path: grantable(given.path), access: given.access ?? 'ro' }
  }
  const message: StartMessage = {
    name,
    args,
    env,
    wallClock,
    dirs: files && dirs,
    memory: memory.map(([at]) => at),
    policy: policy.toJSON(),
    limits,
    services: Object.keys(services),
    hooks: [...TELLS, 'onAsk' as const].filter((hook) => hooks[hook] !== undefined),
    refusalsPerSecond: hooks.refusalsPerSecond,
  }
  return { message, memory: memory.map(([, given]) => given) }
}
