/** Errors and status codes: names and numbers are those of the module, not of the platform. */
import { expect, test } from '@jest/globals'
import {
  ArgumentError,
  ClosedHandleError,
  ClosedLoopError,
  StatusCode,
  type StatusName,
  statusName,
  UVError,
} from '../../../src/index.js'
import { overHosts, virtual } from '../../support/loops.js'

/** Names of status codes, except those of lookups. */
const NAMES =
  'E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBUSY ECANCELED ECHARSET ECONNABORTED ' +
  'ECONNREFUSED ECONNRESET EDESTADDRREQ EEXIST EFAULT EFBIG EHOSTUNREACH EINTR EINVAL EIO EISCONN EISDIR ELOOP EMFILE ' +
  'EMSGSIZE ENAMETOOLONG ENETDOWN ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOMEM ENONET ENOPROTOOPT ENOSPC ENOSYS ENOTCONN ' +
  'ENOTDIR ENOTEMPTY ENOTSOCK ENOTSUP EPERM EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS ESHUTDOWN ESPIPE ESRCH ' +
  'ETIMEDOUT ETXTBSY EXDEV UNKNOWN EOF ENXIO EMLINK EHOSTDOWN'

overHosts(
  (lab) => {
    test('every status has its own negative number, except that SUCCESS is 0', async () => {
      await lab.open()
      const codes = NAMES.split(' ').map((name) => [name, StatusCode[name]] as const)
      expect(codes.filter(([, code]) => code === undefined || !(code < 0))).toEqual([])
      expect(new Set(codes.map(([, code]) => code)).size).toBe(codes.length)
      expect([StatusCode.SUCCESS, StatusCode.EOF, StatusCode.UNKNOWN]).toEqual([0, -4095, -4094])
      // The numbers of WASI; on Linux they would be -11 and -98.
      expect([StatusCode.EAGAIN, StatusCode.EADDRINUSE]).toEqual([-6, -3])
    })

    test('an error that is given a name or a number has both', async () => {
      await lab.open()
      for (const name of NAMES.split(' ') as StatusName[]) {
        const code = StatusCode[name]
        expect(new UVError(code, 'text')).toMatchObject({ code: name, errno: code, message: `${name}: text` })
        expect(new UVError(name, 'text')).toMatchObject({ code: name, errno: code })
        expect(statusName(code)).toBe(name)
      }
      expect(new UVError(-12_345, 'text')).toMatchObject({ code: 'UNKNOWN', errno: -12_345 })
      expect(new UVError(StatusCode.EPIPE, 'text', 'write')).toMatchObject({
        syscall: 'write',
        message: 'write EPIPE: text',
      })
    })

    test('errors of closed handles, closed loops and wrong input are subclasses of UVError', async () => {
      await lab.open()
      const errors = [new ClosedHandleError('TCP'), new ClosedLoopError(), new ArgumentError('text')]
      for (const error of errors) {
        expect(error).toBeInstanceOf(UVError)
        expect(error).toBeInstanceOf(Error)
        expect([error.code, error.errno, error.name]).toEqual(['EINVAL', StatusCode.EINVAL, error.constructor.name])
        expect(String(error)).toBe(`${error.name}: ${error.message}`)
      }
    })
  },
  [virtual],
)
