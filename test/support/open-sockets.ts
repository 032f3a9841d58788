/** The sockets of this process, from the operating system. */
import { readdirSync, readlinkSync } from 'node:fs'

/** The sockets of this process, each as `socket:[inode]`; none without /proc. */
export const openSockets = (): string[] => {
  try {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const target = readlinkSync(`/proc/self/fd/${fd}`)
        return target.startsWith('socket:') ? [target] : []
      } catch {
        return [] // the descriptor of readdir itself
      }
    })
  } catch {
    return []
  }
}
