/**
 * Sockets with paths in folders of an entry's own: upstream's paths are fixed, and of this machine's file system there is one
 * only. A guest sees its own paths.
 */
import { join } from 'node:path'

/** @typedef {import('libuv-wasm').Host} Host */
/** @typedef {NonNullable<Host['unix']>} Unix */
/** @typedef {Parameters<Unix['bind']>[0]} UnixAddress */

/**
 * Shows an object of a host by the name that the guest knows.
 *
 * @template {object} Thing
 * @param {Thing} thing
 * @param {'local' | 'remote'} side
 * @param {UnixAddress} address
 * @returns {Thing}
 */
const called = (thing, side, address) => Object.defineProperty(thing, side, { value: address })

/**
 * Moves a host's paths.
 *
 * @param {Host} host
 * @param {string} folder what `/tmp` and the guest's own folder are
 * @param {string} fixtures what `test/fixtures` is
 */
export const movePaths = (host, folder, fixtures) => {
  const { unix } = host
  if (unix === undefined) return
  /** @param {string} path */
  const move = (path) => {
    if (path.startsWith('test/fixtures/')) return join(fixtures, path.slice('test/fixtures/'.length))
    if (path.startsWith('/tmp/')) return join(folder, path.slice('/tmp/'.length))
    return path.startsWith('/') || path.startsWith('\0') ? path : join(folder, path)
  }
  /** @param {UnixAddress} address */
  const moved = (address) => ({ ...address, path: move(address.path) })
  /** @type {Pick<Unix, keyof Unix>} */
  const mine = {
    bind: (local) => {
      const port = called(unix.bind(moved(local)), 'local', local)
      const connect = port.connect.bind(port)
      port.connect = (remote, events) => called(connect(moved(remote), events), 'remote', remote)
      return port
    },
    connect: (remote, events) => called(unix.connect(moved(remote), events), 'remote', remote),
    unlink: (path) => unix.unlink(move(path)),
    chmod: (path, mode) => unix.chmod(move(path), mode),
    mode: (path) => unix.mode(move(path)),
  }
  Object.defineProperty(host, 'unix', { value: mine })
}
