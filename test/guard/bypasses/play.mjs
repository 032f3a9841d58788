/** Runs a program of the table as a guest, or as a plugin. */
import { readFileSync } from 'node:fs'
import { policyHost } from 'libuv-wasm'
import { Guest } from 'libuv-wasm/guest'
import { Plugin } from 'libuv-wasm/plugin'

/** @typedef {{ files?: import('libuv-wasm/guest').Dirs, wallClock?: boolean }} Given */
/**
 * @typedef {object} Parts
 * @property {string} program - the path of its module
 * @property {readonly string[]} args
 * @property {import('libuv-wasm').PolicyRules} policy
 * @property {import('libuv-wasm').Host | undefined} host - undefined for the real network of another process
 * @property {Given} given
 */

const NAME = 'bypasses'

/** Collects what a program prints. */
const collect = () => {
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() }
  const texts = { 1: '', 2: '' }
  /** @type {(stream: 1 | 2, bytes: Uint8Array) => void} */
  const onOutput = (stream, bytes) => {
    texts[stream] += decoders[stream].decode(bytes, { stream: true })
  }
  return { onOutput, texts }
}

/** @param {string} driver @param {Parts} parts */
export const playGuest = async (driver, { program, args, policy, host, given: { files, wallClock = true } }) => {
  const { onOutput, texts } = collect()
  const guest = await Guest.start(await WebAssembly.compile(readFileSync(program)), {
    driver: /** @type {import('libuv-wasm/guest').DriverName} */ (driver),
    wallClock,
    ...(files && { dirs: files }),
    ...(host && { host: policyHost(host, policy) }),
    args: [NAME, ...args],
    onOutput,
  })
  const end = await guest.exit.catch(String)
  return { end, output: texts[1], errors: texts[2] }
}

/** @param {string} isolation @param {Parts} parts */
export const playPlugin = async (isolation, { program, args, policy, host, given }) => {
  const { onOutput, texts } = collect()
  const plugin = await Plugin.start(readFileSync(program), {
    name: NAME,
    isolation: /** @type {import('libuv-wasm/plugin').IsolationName} */ (isolation),
    grant: policy,
    ...given,
    ...(host && { host }),
    args,
    onOutput,
  })
  const outcome = await plugin.outcome
  return { end: outcome.kind === 'exited' ? outcome.code : JSON.stringify(outcome), output: texts[1], errors: texts[2] }
}
