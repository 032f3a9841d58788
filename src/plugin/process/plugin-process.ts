/**
 * The process of a plugin: it starts the guest in a thread, like a host application would, and passes on what is said
 * in both directions. It ends with its host application.
 */
import { Socket } from 'node:net'
import { deserialize } from 'node:v8'
import { ERRNO_NAMES } from '../../base/errno.js'
import type { Attempt } from '../../guard/decision.js'
import { Policy } from '../../guard/policy.js'
import { HostError } from '../../host/contract/error.js'
import type { Directory, Dirs } from '../../wasi/fs/given.js'
import { GuestIsolation } from '../guest-isolation.js'
import type { Isolated } from '../isolation.js'
import type { PluginHooks, Service } from '../setup.js'
import { Channel } from './channel.js'
import { decodeFiles, encodeFiles } from './files-codec.js'
import { Frame, PAYLOAD } from './frames.js'
import { type StartMessage, TELLS, writeOutcome } from './messages.js'
import { join } from './relayed-duplex.js'
import { StreamTable } from './stream-table.js'

/** The descriptor of the connection to the host application. */
const CHANNEL = 3
/** How many things are told in a second at most; the rest is dropped, so that a flood of them costs nothing. */
const TOLD_PER_SECOND = 5000
/** Milliseconds between two looks at the use of limits. */
const USAGE = 250

const module: Uint8Array[] = []
const start: Uint8Array[] = []
const given = new Map<number, Uint8Array[]>()
/** What waits for an answer of the host application. */
const answers = new Map<number, (isAllowed: boolean) => void>()
const taken: ((error: string) => void)[] = []
const pieces: ((piece: Uint8Array | undefined) => void)[] = []
let isolated: Isolated | undefined
let told = 0

const socket = new Socket({ fd: CHANNEL, readable: true, writable: true })
const channel = new Channel(socket, {
  onFrame,
  // Whatever the guest does.
  onEnd: () => process.kill(process.pid, 'SIGKILL'),
})
const streams = new StreamTable(channel, 2, {
  onOpen(service, accept, refuse) {
    if (isolated === undefined) refuse(new HostError('ECONNREFUSED', 'the guest does not run'))
    else isolated.connect(service).then((stream) => join(stream, accept()), refuse)
  },
})

function onFrame(kind: number, id: number, payload: Uint8Array): void {
  streams.take(kind, id, payload)
  if (kind === Frame.MODULE) module.push(payload)
  else if (kind === Frame.START) start.push(payload)
  else if (kind === Frame.GIVEN) given.set(id, [...(given.get(id) ?? []), payload])
  else if (kind === Frame.GO) void run()
  else if (kind === Frame.PING) channel.send(Frame.PING)
  else if (kind === Frame.TAKEN) taken.shift()?.(decoder.decode(payload))
  else if (kind === Frame.INPUT) pieces.shift()?.(id === 1 ? undefined : payload)
  else if (kind === Frame.ANSWER) {
    answers.get(id)?.(payload[0] === 1)
    answers.delete(id)
  } else if (kind === Frame.SIGNAL) {
    isolated?.kill(id)
    channel.send(Frame.SIGNAL, id)
  } else if (kind === Frame.OUTCOME) {
    // The process ends when the connections that the guest has left have sent what they have to send.
    socket.unref()
  } else if (kind === Frame.FILES) void sendFiles(id, decoder.decode(payload))
}

async function run(): Promise<void> {
  const message: StartMessage = deserialize(Buffer.concat(start))
  const { args, env, wallClock, limits, name, services } = message
  setInterval(() => {
    told = 0
  }, 1000).unref()
  try {
    isolated = await new GuestIsolation('thread').start({
      name,
      module: new Uint8Array(Buffer.concat(module.splice(0))),
      args,
      env,
      wallClock,
      files: filesOf(message),
      input: input(),
      stdio: undefined,
      host: undefined,
      policy: new Policy(message.policy),
      limits,
      services: Object.fromEntries(services.map((service) => [service, relayed(service)])),
      hooks: hooksOf(message),
    })
  } catch (error) {
    const { name: kind, message: text } = error instanceof Error ? error : new Error(String(error))
    channel.sendJson(Frame.UNFIT, 0, { name: kind, message: text.slice(0, 8192) })
    return
  }
  channel.send(Frame.READY)
  const looking = setInterval(tellUsage, USAGE)
  const outcome = await isolated.outcome
  clearInterval(looking)
  tellUsage()
  if (message.dirs !== undefined) await sendFiles(0, '/')
  channel.sendJson(Frame.OUTCOME, 0, writeOutcome(outcome))
}

function filesOf({ dirs, memory }: StartMessage): Dirs | undefined {
  const inMemory = memory.map((path, at): [string, Directory] => [
    path,
    decodeFiles(Buffer.concat(given.get(at) ?? [])),
  ])
  return dirs && { ...dirs, ...Object.fromEntries(inMemory) }
}

function hooksOf({ hooks: wanted, refusalsPerSecond }: StartMessage): PluginHooks {
  const tells = TELLS.filter((hook) => wanted.includes(hook)).map(
    (hook) => [hook, (...of: readonly unknown[]) => tellOf(hook, of)] as const,
  )
  return {
    ...Object.fromEntries(tells),
    ...(refusalsPerSecond !== undefined && { refusalsPerSecond }),
    ...(wanted.includes('onAsk') && { onAsk: ask }),
    async onOutput(stream, bytes) {
      const parts: Promise<string>[] = []
      for (let at = 0; at < bytes.length; at += PAYLOAD) {
        channel.send(Frame.OUTPUT, stream, bytes.subarray(at, at + PAYLOAD))
        parts.push(new Promise((resolve) => taken.push(resolve)))
      }
      const refusal = (await Promise.all(parts)).find((error) => error !== '')
      const code = ERRNO_NAMES.find((name) => name === refusal)
      if (code !== undefined) throw new HostError(code, 'the host application has refused the output')
    },
  }
}

function tellOf(hook: string, of: readonly unknown[]): void {
  told += 1
  if (told <= TOLD_PER_SECOND) channel.sendJson(Frame.TELL, 0, { hook, of })
}

let lastQuestion = 0
function ask(attempt: Attempt): Promise<boolean> {
  lastQuestion += 1
  const id = lastQuestion
  if (!channel.sendJson(Frame.ASK, id, attempt)) return Promise.resolve(false)
  return new Promise((resolve) => answers.set(id, resolve))
}

async function* input(): AsyncGenerator<Uint8Array> {
  for (;;) {
    channel.send(Frame.WANT)
    const piece = await new Promise<Uint8Array | undefined>((resolve) => pieces.push(resolve))
    if (piece === undefined) throw new HostError('EIO', 'the input has failed')
    if (piece.length === 0) return
    yield piece
  }
}

function relayed(service: string): Service {
  return async (stream) => {
    try {
      join(stream, await streams.open(service))
    } catch (error) {
      stream.destroy(error instanceof Error ? error : undefined)
    }
  }
}

let lastUsage = ''
function tellUsage(): void {
  const usage = JSON.stringify(isolated?.usage ?? {})
  if (usage === lastUsage) return
  lastUsage = usage
  channel.send(Frame.USAGE, 0, encoder.encode(usage))
}

async function sendFiles(id: number, path: string): Promise<void> {
  try {
    const files = await isolated?.files(path)
    if (files === undefined) throw new Error('the guest does not run')
    channel.sendParts(Frame.FILES, id, encodeFiles(files))
    channel.send(Frame.FILES_END, id)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    channel.send(Frame.FILES_END, id, encoder.encode(reason.slice(0, 8192)))
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
