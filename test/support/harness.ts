/**
 * What tests are written with that run in Jest and, since Jest knows only Node, as a plain program under other runtimes
 * too: Jest's own functions in the one case, {@link file://./plain-runner.ts | plain-runner} in the other.
 */
import { createRequire } from 'node:module'
import type { Tests } from './plain-runner.js'

const jest = 'expect' in globalThis

/** The functions to register tests with. */
export const { describe, test }: Tests = await (jest ? import('@jest/globals') : import('./plain-runner.js'))

// Bun does not get through the package's ESM face.
const plainExpect = (): typeof import('expect') => createRequire(import.meta.url)('expect')

/** Jest's `expect`, which is a package of its own. */
export const { expect } = jest ? await import('@jest/globals') : plainExpect()

export { figure, refuse } from './plain-runner.js'
