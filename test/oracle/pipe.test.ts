import { afterAll, beforeAll } from '@jest/globals'
import { compareGroup } from './support/compare.js'
import { makeFolder, pipe, removeFolder } from './twins/pipe.js'

beforeAll(makeFolder)
// Empty: each path goes with its handle.
afterAll(removeFolder)

compareGroup('pipe', pipe)
