/**
 * A network for each entry alone, since the ports of libuv's tests are fixed: a namespace of Linux, where the system lets us
 * have one. It has a loopback interface and nothing else; native runs, which are compared with, have the same.
 */
import { spawnSync } from 'node:child_process'

/** Runs the command that follows it in a network of its own. */
const OWN = /** @type {const} */ ([
  'unshare',
  '--map-root-user',
  '--net',
  'sh',
  '-c',
  'ip link set lo up && exec "$0" "$@"',
])

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
