/** The sockets of this process, as the operating system counts them. */
import { readdirSync, readlinkSync } from 'node:fs'

/** The sockets of this process, each as `socket:[inode]`; none where there is no /proc. */
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
