/**
 * A network in memory that records everything that is asked of it. Under a policy it shows what has passed the policy,
 * whatever the guest is told.
 */
import { virtualHost } from 'libuv-wasm'

/** What every program uses, and what nothing can be reached by. */
const QUIET = ['clock', 'wallClock', 'defer', 'timer', 'keepAlive', 'sharesPorts', 'close', 'readStart', 'readStop']

/** @param {unknown} value @returns {string} */
const show = (value) => {
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if ('path' in value) return JSON.stringify(value.path)
  if (!('host' in value && 'port' in value)) return ''
  const scope = 'scopeId' in value && value.scopeId !== 0 ? `%${value.scopeId}` : ''
  return String(value.host).includes(':') ? `[${value.host}${scope}]:${value.port}` : `${value.host}:${value.port}`
}

/**
 * Records the calls of an object and of what they return.
 *
 * @template {object} T
 * @param {T} target
 * @param {string[]} log
 * @returns {T}
 */
const watched = (target, log) =>
  new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return name === 'unix' && value ? watched(value, log) : value
      return (/** @type {unknown[]} */ ...args) => {
        const quiet = QUIET.includes(String(name))
        const shown = args.map(show).filter((text) => text !== '' && text !== 'undefined')
        if (!quiet) log.push([String(name), ...shown].join(' '))
        const answer = Reflect.apply(value, target, args)
        const hasCalls = typeof answer === 'object' && answer !== null && !(answer instanceof Map)
        return hasCalls && !quiet ? watched(answer, log) : answer
      }
    },
  })

/**
 * Makes the network.
 *
 * @param {Readonly<Record<string, readonly (readonly string[])[]>>} names - the answers to each name: one for each
 *   lookup, and the last one from then on
 * @param {string[]} log - receives a line for each call
 * @returns {import('libuv-wasm').Host}
 */
export const watchedHost = (names, log) => {
  const network = virtualHost()
  /** @type {Map<string, number>} */
  const asked = new Map()
  /** @type {import('libuv-wasm').Host['lookup']} */
  const lookup = (text, _family, events) => {
    const name = text.toLowerCase().replace(/\.$/, '')
    const count = asked.get(name) ?? 0
    asked.set(name, count + 1)
    const answers = names[name]
    const answer = answers?.[Math.min(count, answers.length - 1)]
    let isCanceled = false
    network.defer(() => {
      if (isCanceled) return
      if (answer === undefined) events.onError('ENOENT')
      else events.onAnswer(answer)
    })
    return () => {
      isCanceled = true
    }
  }
  /** @type {import('libuv-wasm').Host['reverse']} */
  const reverse = (_address, events) => {
    network.defer(() => events.onAnswer(['inside.example', 'http']))
    return () => {}
  }
  return watched(Object.assign(network, { lookup, reverse }), log)
}
