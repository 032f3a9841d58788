/**
 * A network and a /tmp for each entry alone, since ports and names of sockets in libuv's tests are fixed: namespaces of
 * Linux, where the system lets us have them. The network has a loopback interface and nothing else; native runs, which
 * are compared with, have the same.
 */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

/** Our folder may be in /tmp, and is put where it was. */
const ALONE = [
  'exec 9<"$0"',
  'ip link set lo up',
  'mount -t tmpfs tmpfs /tmp',
  'mkdir -p "$0"',
  'mount -c --bind /proc/self/fd/9 "$0"',
  'exec 9<&-',
  'cd "$PWD"',
  'exec "$@"',
].join(' && ')

/** Runs the command that follows it in a network of its own. */
const OWN = /** @type {const} */ (['unshare', '--map-root-user', '--net', '--mount', 'sh', '-c', ALONE, resolve('.')])

/** Whether this system has such networks for us. */
export const hasOwnNetworks = () => {
  const [program, ...args] = OWN
  return spawnSync(program, [...args, 'true']).status === 0
}

/**
 * A command as it is to be spawned.
 *
 * @param {boolean} own whether it gets a network of its own
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {{ program: string, args: string[] }}
 */
export const commandIn = (own, program, args) => {
  if (!own) return { program, args: [...args] }
  const [first, ...rest] = OWN
  return { program: first, args: [...rest, program, ...args] }
}
