/** The environment of `make smoke`: an empty directory, in which the packed tarball is installed without a network. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { pack, packDependencies } from '../lib/package.mjs'
import { readmePrograms } from '../lib/snippets.mjs'

/** Screenshots, which are kept after a run. */
export const PICTURES = resolve('build/smoke')
/** The user's directory, outside of this project, so that its settings and packages have no effect. */
const STAGE = mkdtempSync(join(tmpdir(), 'libuv-wasm-smoke-'))
export const APP = join(STAGE, 'app')

/** Where the tools of test/package are installed, after the first call of {@link tool}. */
export const TOOLS = resolve('build/download/package-tools')
const DEADLINE = 30_000

const PROGRAMS = readmePrograms()

/**
 * Turns the README's first program into a CommonJS program: imports become `require()`, and top-level awaits are moved
 * into an async function.
 */
const COMMON = (/** @type {string} */ code) =>
  `${code.replace(/^import (.*) from (.*)$/m, 'const $1 = require($2)\nvoid (async () => {')}})()\n`

/** Installs the package into an empty directory, together with the programs that use it. */
export const prepare = async () => {
  rmSync(PICTURES, { recursive: true, force: true })
  mkdirSync(PICTURES, { recursive: true })
  mkdirSync(join(APP, 'page'), { recursive: true })
  const { tarball } = pack()
  const tarballs = [resolve(tarball), ...packDependencies(STAGE)]
  writeFileSync(join(APP, 'package.json'), '{ "private": true }\n')
  const options = ['--offline', '--cache', join(STAGE, 'cache'), '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', ['install', ...options, ...tarballs], { cwd: APP, stdio: 'pipe' })

  for (const [index, { code }] of PROGRAMS.entries()) writeFileSync(join(APP, `readme-${index + 1}.mjs`), code)
  writeFileSync(join(APP, 'readme-1.cjs'), COMMON(PROGRAMS[0]?.code ?? ''))
  for (const name of ['hello', 'echo']) {
    execFileSync('build/sdk/bin/uvcc', [`examples/guests/${name}.c`, '-o', join(APP, `${name}.wasm`)])
  }
  for (const file of readdirSync('examples/page')) {
    if (/\.(html|css)$/.test(file)) cpSync(join('examples/page', file), join(APP, 'page', file))
    if (!file.endsWith('.ts')) continue
    const { code } = await transform(readFileSync(join('examples/page', file), 'utf8'), { loader: 'ts' })
    writeFileSync(join(APP, 'page', file.replace(/ts$/, 'js')), code)
  }
}

/** Removes the user's directory. */
export const cleanUp = () => rmSync(STAGE, { recursive: true, force: true })

/**
 * Runs a program in the user's directory.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} more - additional environment variables
 * @returns {Promise<string>} its output
 */
export const run = async (program, args, more = {}) => {
  const options = { cwd: APP, timeout: DEADLINE, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...more } }
  const { stdout, stderr } = await promisify(execFile)(program, args, options)
  if (stderr !== '') throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
  return stdout
}

/**
 * Runs the README's first program; the last argument is its file.
 *
 * @param {string} program
 * @param {string[]} args
 */
export const runFirst = (program, ...args) => expectOutput(program, args, PROGRAMS[0]?.output)

/** Runs all of the README's programs. @param {string} program @param {string[]} args - arguments before the file */
export const runAll = async (program, ...args) => {
  for (const [index, { output }] of PROGRAMS.entries()) {
    await expectOutput(program, [...args, `readme-${index + 1}.mjs`], output)
  }
}

/**
 * Starts a server in the user's directory that prints its address, and sends "hello" to it.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<string>} the first chunk of the answer
 */
export const askServer = async (program, args) => {
  /** @type {import('node:child_process').SpawnOptionsWithStdioTuple<'ignore', 'pipe', 'inherit'>} */
  const options = { cwd: APP, stdio: ['ignore', 'pipe', 'inherit'], timeout: DEADLINE }
  const server = spawn(program, args, options)
  try {
    for await (const line of createInterface(server.stdout)) {
      const client = connect(Number(line.match(/:(\d+)$/)?.[1]), '127.0.0.1')
      client.write('hello')
      for await (const data of client) return String(data)
    }
    throw new Error('the server did not print its address')
  } finally {
    server.kill('SIGKILL')
  }
}

/** @param {string} program @param {string[]} args @param {string | undefined} output */
const expectOutput = async (program, args, output) => {
  const said = await run(program, args)
  if (said !== output) throw new Error(`expected the output ${JSON.stringify(output)}, got ${JSON.stringify(said)}`)
}

/**
 * Imports a tool of test/package. All of its tools are installed on the first call.
 *
 * @param {'vite' | 'webpack' | 'playwright-core'} name
 */
export const tool = async (name) => {
  const lock = readFileSync('test/package/package-lock.json', 'utf8')
  const installed = join(TOOLS, 'package-lock.json')
  if (!existsSync(join(TOOLS, 'node_modules')) || readFileSync(installed, 'utf8') !== lock) {
    cpSync('test/package/package.json', join(TOOLS, 'package.json'))
    cpSync('test/package/package-lock.json', installed)
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: TOOLS, stdio: 'pipe' })
  }
  const { resolve: find } = createRequire(join(TOOLS, 'package.json'))
  return import(pathToFileURL(find(name)).href)
}
