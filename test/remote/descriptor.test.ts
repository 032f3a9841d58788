/**
 * What the guest writes and reads past its parent, on a descriptor that was lent to it. The parent is played by hand.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { HostConnection } from '../../src/host/contract/connection.js'
import { errnoValue, ToGuest, ToParent } from '../../src/remote/protocol.js'
import { codeOf } from '../support/loops.js'
import { connect, ID, kinds, log, seen, send, wire } from './support/played-parent.js'

const LARGE = 65_536
let folder: string
let descriptor: number

/** A file stands for the socket: it takes all, and has what is written into it. */
const path = (): string => join(folder, 'socket')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uv-'))
  writeFileSync(path(), '')
})

afterEach(() => {
  closeSync(descriptor)
  rmSync(folder, { recursive: true })
})

const connectTo = (flags: 'r' | 'w'): HostConnection => {
  descriptor = openSync(path(), flags)
  return connect(descriptor)
}

/** The parent has said that there is much to read. */
const reading = (): HostConnection => {
  const connection = connectTo('r')
  send(ToGuest.READ_ON, ID)
  return connection
}

test('writes there, and tells the parent nothing', () => {
  const connection = connectTo('w')
  expect(connection.write(Buffer.from('hello'))).toBe(true)
  expect(readFileSync(path(), 'utf8')).toBe('hello')
  expect(seen()).toEqual([])
})

test('has broken where that fails', () => {
  // It can only be read.
  const connection = connectTo('r')
  const write = () => connection.write(new Uint8Array(1))
  expect([codeOf(write), codeOf(write)]).toEqual(['EBADF', 'EPIPE'])
  expect(codeOf(() => connection.shutdown())).toBe('ENOTCONN')
})

test('that a write has found broken only ends, whoever learns of it next', () => {
  const connection = connectTo('r')
  expect(codeOf(() => connection.write(new Uint8Array(1)))).toBe('EBADF')
  send(ToGuest.DATA, ID, 0, Buffer.from('last words'))
  for (let times = 0; times < 2; times++) send(ToGuest.ERROR, ID, errnoValue('ECONNRESET'))
  wire.deliver()
  expect(log).toEqual(['last words', 'end'])
  connection.close()
  expect(kinds()).toEqual([ToParent.CLOSE])
})

test('that a write has found broken ends where reading it fails', () => {
  const connection = connectTo('w')
  closeSync(descriptor)
  expect(codeOf(() => connection.write(new Uint8Array(1)))).toBe('EBADF')
  send(ToGuest.READ_ON, ID)
  wire.deliver()
  wire.deliver()
  expect(log).toEqual(['end'])
  descriptor = openSync(path(), 'r')
})

test('reads there as long as much comes, and then lets the parent see what else does', () => {
  writeFileSync(path(), Buffer.alloc(2 * LARGE + 5, 'x'))
  reading()
  wire.deliver()
  wire.deliver()
  expect(kinds()).toEqual([])
  wire.deliver()
  wire.deliver()
  expect(log.map(({ length }) => length)).toEqual([LARGE, LARGE, 5])
  expect(seen()).toMatchObject([{ kind: ToParent.READ_START, id: ID, value: 1 }])
})

test('reads as it is told to, which is nothing to the parent meanwhile', () => {
  writeFileSync(path(), Buffer.alloc(2 * LARGE, 'x'))
  const connection = reading()
  wire.deliver()
  connection.readStop()
  wire.deliver()
  wire.sleep(1)
  expect(log.length).toBe(1)
  connection.readStart()
  expect(log.length).toBe(1)
  wire.deliver()
  expect(log.length).toBe(2)
  expect(kinds()).toEqual([])
  wire.sleep(1)
  expect(kinds()).toEqual([ToParent.READ_START])
})

test('fails where reading does, and is let go of', () => {
  const connection = connectTo('w')
  send(ToGuest.READ_ON, ID)
  wire.deliver()
  expect(log).toEqual(['EBADF'])
  expect(kinds()).toEqual([ToParent.RESET])
  connection.close()
  expect(kinds()).toEqual([])
})

test('is let go of when the parent says that it failed', () => {
  connectTo('r')
  send(ToGuest.ERROR, ID, errnoValue('ETIMEDOUT'))
  wire.deliver()
  expect(log).toEqual(['ETIMEDOUT'])
  expect(kinds()).toEqual([ToParent.RESET])
})
