/** Database servers that are started for a test and stopped after it. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { within } from '../../support/deadline.js'
import { freePort } from '../../support/free-port.js'

/** Milliseconds that a database may take to start, or to create its folder, on a busy machine. */
export const PATIENCE = 60_000

const execute = promisify(execFile)

/** Databases refuse to run as root; on Debian this is the user and the group "nobody". */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** The folders of PATH, and those of Debian that are not on it. */
const folders = (): string[] => {
  const postgres = '/usr/lib/postgresql'
  const versions = existsSync(postgres) ? readdirSync(postgres).map((version) => join(postgres, version, 'bin')) : []
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', ...versions]
}

/** Finds a program. @returns `undefined` if it is not installed */
export const findProgram = (name: string): string | undefined =>
  folders()
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))

const need = (name: string): string => {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`${name} is not installed: scripts/ensure-test-tools.sh`)
  return path
}

/** A running database. */
export interface Database {
  readonly port: number
  /** Its folder, which is removed when it stops. */
  readonly folder: string
  /** Ends it, and waits until it has ended. */
  stop(): Promise<void>
}

/**
 * PostgreSQL with a user `tester` with a password, and TLS with the certificate `server.crt` in its folder, which also
 * has its Unix socket.
 */
export const startPostgres = async (password: string): Promise<Database> => {
  const folder = newFolder()
  const data = join(folder, 'data')
  const [secret, key, certificate] = [join(folder, 'password'), join(folder, 'server.key'), join(folder, 'server.crt')]
  writeFileSync(secret, password, { mode: 0o644 })
  await makeCertificate(key, certificate)
  if (nobody.uid !== undefined) chownSync(key, nobody.uid, nobody.gid)
  const flags = ['-A', 'scram-sha-256', '-U', 'tester', `--pwfile=${secret}`, '--no-sync', '--locale=C', '-E', 'UTF8']
  await execute(need('initdb'), ['-D', data, ...flags], nobody)
  const settings = {
    fsync: 'off',
    ssl: 'on',
    ssl_cert_file: certificate,
    ssl_key_file: key,
    unix_socket_directories: folder,
  }
  return begin(folder, 'SIGQUIT', /ready to accept connections/, (port) => [
    need('postgres'),
    ['-D', data, '-h', '127.0.0.1', '-p', `${port}`],
    ...Object.entries(settings).map(([name, value]) => ['-c', `${name}=${value}`]),
  ])
}

/** Redis, empty; its folder has a Unix socket `socket`. */
export const startRedis = (): Promise<Database> => {
  const folder = newFolder()
  return begin(folder, 'SIGTERM', /Ready to accept connections/, (port) => [
    need('redis-server'),
    ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--appendonly', 'no'],
    ['--unixsocket', join(folder, 'socket')],
  ])
}

/**
 * MariaDB with a Unix socket `socket` in its folder, without access control: creating its tables of users takes too
 * long.
 */
export const startMariadb = (): Promise<Database> => {
  const folder = newFolder()
  const data = ['--no-defaults', `--datadir=${folder}`, '--skip-grant-tables', `--socket=${join(folder, 'socket')}`]
  return begin(folder, 'SIGKILL', /ready for connections/, (port) => [
    need('mariadbd'),
    data,
    ['--bind-address=127.0.0.1', `--port=${port}`, '--innodb-flush-log-at-trx-commit=0', '--max-allowed-packet=64M'],
  ])
}

/** Makes a key and a self-signed certificate for `localhost`. */
export const makeCertificate = async (key: string, certificate: string): Promise<void> => {
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  await execute('openssl', [...request, ...names, '-keyout', key, '-out', certificate])
}

/** A new folder, owned by the user that databases run as. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
  if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid)
  return folder
}

/** Starts a database on a free port, and waits until it reports that it is ready. */
const begin = async (
  folder: string,
  signal: NodeJS.Signals,
  ready: RegExp,
  command: (port: number) => readonly [string, ...(readonly (readonly string[])[])],
): Promise<Database> => {
  const port = await freePort()
  const [program, ...args] = command(port)
  const child = spawn(program, args.flat(), { ...nobody, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    await within(said(child, ready), PATIENCE, `${program} to be ready`)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  const stop = async (): Promise<void> => {
    child.kill(signal)
    await within(ended, PATIENCE, `${program} to end`)
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, folder, stop }
}

/** Waits until a program prints these words. @throws {Error} with its output, if it ends before */
const said = (child: ChildProcess, words: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (words.test(output)) resolve()
      })
    }
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`${child.spawnfile} ended with ${code}: ${output}`)))
  })
