/**
 * A separate network and /tmp for each entry, since ports and socket paths in libuv's tests are fixed. These are Linux
 * namespaces, if the system allows them. The network has only a loopback interface; native runs, with which guests are
 * compared, use the same kind of network.
 */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

/** This project may be in /tmp, so it is mounted again at the same path. */
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

/** Runs the command that follows it in a separate network. */
const OWN = /** @type {const} */ (['unshare', '--map-root-user', '--net', '--mount', 'sh', '-c', ALONE, resolve('.')])

/** Whether this system allows separate networks. */
export const hasOwnNetworks = () => {
  const [program, ...args] = OWN
  return spawnSync(program, [...args, 'true']).status === 0
}

/**
 * Wraps a command for spawning.
 *
 * @param {boolean} own whether it runs in a separate network
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {{ program: string, args: string[] }}
 */
export const commandIn = (own, program, args) => {
  if (!own) return { program, args: [...args] }
  const [first, ...rest] = OWN
  return { program: first, args: [...rest, program, ...args] }
}
