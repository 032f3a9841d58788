/**
 * The functions for tests that run in Jest and, since Jest supports only Node, as a plain program under other runtimes
 * too: those of Jest in the first case, of {@link file://./plain-runner.ts | plain-runner} in the second.
 */
import { createRequire } from 'node:module'
import type { Tests } from './plain-runner.js'

const jest = 'expect' in globalThis

/** The functions to register tests with. */
export const { describe, test }: Tests = await (jest ? import('@jest/globals') : import('./plain-runner.js'))

// Bun cannot load the ESM entry of the package.
const plainExpect = (): typeof import('expect') => createRequire(import.meta.url)('expect')

/** Jest's `expect`, which is a separate package. */
export const { expect } = jest ? await import('@jest/globals') : plainExpect()

export { figure, refuse } from './plain-runner.js'
