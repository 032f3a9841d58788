import type { Description } from '../../../abi/description.js'
import { IOV_MAX } from '../../../abi/limits.js'
import type { Memory } from '../../../abi/memory.js'
import type { ErrnoName } from '../../../base/errno.js'
import type { Descriptor, Result } from '../../descriptor.js'
import { RIGHTS_MAX, type Rights } from '../../passing.js'
import type { SyscallContext } from '../context.js'

/** The calls that move the bytes of a message: `sendto()` or `recvfrom()`. */
export type MoveBytes = (fd: number, bufs: number, nbufs: number, flags: number, addr: number, len: number) => Result

/** The most bytes of control messages that can be sent at once: `net.core.optmem_max` of Linux. */
const CONTROL_MAX = 131_072

/** The size of an `int`. */
const INT = 4

/** `sendmsg()` and `recvmsg()`: messages with what they carry besides their bytes, as control messages. */
export class ControlCalls {
  readonly #kernel: SyscallContext['kernel']
  readonly #memory: Memory
  readonly #abi: Description
  readonly #sendBytes: MoveBytes
  readonly #receiveBytes: MoveBytes

  /**
   * @param sendBytes - `sendto()`
   * @param receiveBytes - `recvfrom()`
   */
  constructor({ kernel, memory, abi }: SyscallContext, sendBytes: MoveBytes, receiveBytes: MoveBytes) {
    this.#kernel = kernel
    this.#memory = memory
    this.#abi = abi
    this.#sendBytes = sendBytes
    this.#receiveBytes = receiveBytes
  }

  /** `sendmsg`. */
  send(fd: number, at: number, flags: number): Result {
    const socket = this.#kernel.get(fd)
    const message = this.#read(socket, at)
    if (typeof message === 'string') return message
    const { bufs, nbufs, name, control, room } = message
    const len = this.#memory.u32(message.namelen)
    const call = (): Result => this.#sendBytes(fd, bufs, nbufs, flags, name, len)
    if (socket?.domain === undefined || room === 0) return call()
    if (room > CONTROL_MAX) return 'ENOBUFS'
    const rights = this.#rights(socket, control, room)
    return typeof rights === 'string' ? rights : this.#kernel.passing.send(rights, call)
  }

  /** `recvmsg`. */
  receive(fd: number, at: number, flags: number): Result {
    const message = this.#read(this.#kernel.get(fd), at)
    if (typeof message === 'string') return message
    const { bufs, nbufs, name } = message
    const { passing } = this.#kernel
    const [result, rights] = passing.receive(() =>
      this.#receiveBytes(fd, bufs, nbufs, flags, name, name === 0 ? 0 : message.namelen),
    )
    const { MSG_CMSG_CLOEXEC, MSG_CTRUNC } = this.#abi.constants
    const closedOnExec = flags & MSG_CMSG_CLOEXEC
    if (typeof result === 'number') {
      const { msg_controllen, msg_flags } = this.#abi.layout.msghdr
      const stored = this.#store(rights, message.control, message.room, closedOnExec !== 0)
      this.#memory.setU32(at + msg_controllen, stored.size)
      this.#memory.setI32(at + msg_flags, closedOnExec | (stored.count < rights.length ? MSG_CTRUNC : 0))
    }
    passing.release(rights)
    return result
  }

  /** The fields of a `struct msghdr`; `namelen` is where the length of the name is. */
  #read(socket: Descriptor | undefined, at: number) {
    if (socket === undefined) return 'EBADF'
    const { size, msg_name, msg_namelen, msg_iov, msg_iovlen, msg_control, msg_controllen } = this.#abi.layout.msghdr
    const memory = this.#memory
    if (!memory.contains(at, size)) return 'EFAULT'
    const [control, room] = [memory.u32(at + msg_control), memory.u32(at + msg_controllen)]
    // Checked before a message is taken from the queue, since what it carries would be lost if the pointer is wrong.
    if (room > 0 && !memory.contains(control, room)) return 'EFAULT'
    const nbufs = memory.u32(at + msg_iovlen)
    if (nbufs > IOV_MAX) return 'EMSGSIZE'
    return {
      name: memory.u32(at + msg_name),
      namelen: at + msg_namelen,
      bufs: memory.u32(at + msg_iov),
      nbufs,
      control,
      room,
    }
  }

  /** The descriptors in control messages that are to be sent. */
  #rights(socket: Descriptor, control: number, room: number): Rights | ErrnoName {
    const { size, cmsg_len, cmsg_level, cmsg_type } = this.#abi.layout.cmsghdr
    const { SCM_RIGHTS, SOL_SOCKET } = this.#abi.constants
    const rights: Descriptor[] = []
    for (let at = 0; at + size <= room; ) {
      const header = control + at
      const length = this.#memory.u32(header + cmsg_len)
      if (length < size || length > room - at) return 'EINVAL'
      const passes =
        this.#memory.i32(header + cmsg_level) === SOL_SOCKET && this.#memory.i32(header + cmsg_type) === SCM_RIGHTS
      if (!passes) return 'EOPNOTSUPP'
      // Like Linux, sockets of the internet take no notice.
      if (socket.domain === 'unix') {
        if (!socket.passesRights) return 'EOPNOTSUPP'
        const refusal = this.#collect(header + size, Math.floor((length - size) / INT), rights)
        if (refusal !== undefined) return refusal
      }
      at += aligned(length)
    }
    return rights
  }

  #collect(at: number, count: number, rights: Descriptor[]): ErrnoName | undefined {
    if (rights.length + count > RIGHTS_MAX) return 'EINVAL'
    for (let index = 0; index < count; index++) {
      const descriptor = this.#kernel.get(this.#memory.i32(at + INT * index))
      if (descriptor === undefined) return 'EBADF'
      rights.push(descriptor)
    }
    return undefined
  }

  /**
   * Gives descriptors numbers, and stores these in a control message, as far as there is room and there are numbers.
   *
   * @returns how many, and the size of the control message
   */
  #store(rights: Rights, control: number, room: number, closedOnExec: boolean): { count: number; size: number } {
    const { size, cmsg_len, cmsg_level, cmsg_type } = this.#abi.layout.cmsghdr
    let count = 0
    for (const one of rights.slice(0, Math.max(0, Math.floor((room - size) / INT)))) {
      const number = this.#kernel.add(one)
      if (typeof number === 'string') break
      if (closedOnExec) this.#kernel.setClosedOnExec(number, true)
      this.#memory.setI32(control + size + INT * count++, number)
    }
    if (count === 0) return { count, size: 0 }
    const length = size + INT * count
    this.#memory.setU32(control + cmsg_len, length)
    this.#memory.setI32(control + cmsg_level, this.#abi.constants.SOL_SOCKET)
    this.#memory.setI32(control + cmsg_type, this.#abi.constants.SCM_RIGHTS)
    return { count, size: Math.min(aligned(length), room) }
  }
}

/** Where a control message ends that is followed by another: `CMSG_ALIGN()`. */
function aligned(length: number): number {
  return Math.ceil(length / INT) * INT
}
