/** Where `make smoke` plays: an empty folder, in which the packed tarball was installed without a network. */
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

/** What is left of a run: pictures. */
export const PICTURES = resolve('build/smoke')
/** The user's folder: far from this project's own, whose settings and packages nobody else has. */
const STAGE = mkdtempSync(join(tmpdir(), 'libuv-wasm-smoke-'))
export const APP = join(STAGE, 'app')

const TOOLS = resolve('build/download/package-tools')
const DEADLINE = 30_000

const PROGRAMS = readmePrograms()

/**
 * README's first program as a CommonJS program: what it imports is required, what it awaits at its top is awaited in a
 * function.
 */
const COMMON = (/** @type {string} */ code) =>
  `${code.replace(/^import (.*) from (.*)$/m, 'const $1 = require($2)\nvoid (async () => {')}})()\n`

/** Installs the package into an empty folder, beside the programs that use it. */
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

/** Takes the user's folder away. */
export const cleanUp = () => rmSync(STAGE, { recursive: true, force: true })

/**
 * Runs a program in the user's folder.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} more - what is added to the environment
 * @returns {Promise<string>} what it says
 */
export const run = async (program, args, more = {}) => {
  const options = { cwd: APP, timeout: DEADLINE, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...more } }
  const { stdout, stderr } = await promisify(execFile)(program, args, options)
  if (stderr !== '') throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** README's first program, in whichever form it is the last argument. @param {string} program @param {string[]} args */
export const runFirst = (program, ...args) => expectOutput(program, args, PROGRAMS[0]?.output)

/** All of README's programs. @param {string} program @param {string[]} args - that stand before the file */
export const runAll = async (program, ...args) => {
  for (const [index, { output }] of PROGRAMS.entries()) {
    await expectOutput(program, [...args, `readme-${index + 1}.mjs`], output)
  }
}

/**
 * Starts a program in the user's folder that says where it listens, and hears what it answers.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<string>} what it sends back of "hello"
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
    throw new Error('it did not say where it listens')
  } finally {
    server.kill('SIGKILL')
  }
}

/** @param {string} program @param {string[]} args @param {string | undefined} output */
const expectOutput = async (program, args, output) => {
  const said = await run(program, args)
  if (said !== output) throw new Error(`it said ${JSON.stringify(said)}, and not ${JSON.stringify(output)}`)
}

/**
 * A tool of test/package, which are installed when the first is asked for.
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
