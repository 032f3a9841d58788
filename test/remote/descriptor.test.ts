/**
 * Tests of a guest's connection with a lent descriptor, on which it reads and writes without its parent. The test plays
 * the parent.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { HostConnection } from '../../src/host/contract/connection.js'
import { errnoValue, ToGuest, ToParent } from '../../src/remote/protocol.js'
import { codeOf } from '../support/loops.js'
import { connect, ID, kinds, log, seen, send, wire } from './support/played-parent.js'

const LARGE = 65_536
let folder: string
let descriptor: number

/** A file in place of the socket: it takes every write, and contains what was written into it. */
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

/** A connection whose parent has reported that there is much to read. */
const reading = (): HostConnection => {
  const connection = connectTo('r')
  send(ToGuest.READ_ON, ID)
  return connection
}

describe('a connection with a lent descriptor', () => {
  test('writes to the descriptor and sends nothing to the parent', () => {
    const connection = connectTo('w')
    expect(connection.write(Buffer.from('hello'))).toBe(true)
    expect(readFileSync(path(), 'utf8')).toBe('hello')
    expect(seen()).toEqual([])
  })

  test('is broken after a write to the descriptor fails', () => {
    // The descriptor can only be read.
    const connection = connectTo('r')
    const write = () => connection.write(new Uint8Array(1))
    expect([codeOf(write), codeOf(write)]).toEqual(['EBADF', 'EPIPE'])
    expect(codeOf(() => connection.shutdown())).toBe('ENOTCONN')
  })

  test('ends without an error when the parent reports the failure after a failed write', () => {
    const connection = connectTo('r')
    expect(codeOf(() => connection.write(new Uint8Array(1)))).toBe('EBADF')
    send(ToGuest.DATA, ID, 0, Buffer.from('last words'))
    for (let times = 0; times < 2; times++) send(ToGuest.ERROR, ID, errnoValue('ECONNRESET'))
    wire.deliver()
    expect(log).toEqual(['last words', 'end'])
    connection.close()
    expect(kinds()).toEqual([ToParent.CLOSE])
  })

  test('ends without an error when a read fails after a failed write', () => {
    const connection = connectTo('w')
    closeSync(descriptor)
    expect(codeOf(() => connection.write(new Uint8Array(1)))).toBe('EBADF')
    send(ToGuest.READ_ON, ID)
    wire.deliver()
    wire.deliver()
    expect(log).toEqual(['end'])
    descriptor = openSync(path(), 'r')
  })

  test('reads the descriptor while much comes, then returns reading to the parent', () => {
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

  test('starts and stops reading the descriptor without a record to the parent', () => {
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

  test('fails and is reset when a read of the descriptor fails', () => {
    const connection = connectTo('w')
    send(ToGuest.READ_ON, ID)
    wire.deliver()
    expect(log).toEqual(['EBADF'])
    expect(kinds()).toEqual([ToParent.RESET])
    connection.close()
    expect(kinds()).toEqual([])
  })

  test('is reset when the parent reports that it failed', () => {
    connectTo('r')
    send(ToGuest.ERROR, ID, errnoValue('ETIMEDOUT'))
    wire.deliver()
    expect(log).toEqual(['ETIMEDOUT'])
    expect(kinds()).toEqual([ToParent.RESET])
  })
})
