import { afterAll, beforeAll } from '@jest/globals'
import { compareGroup } from './support/compare.js'
import { makeFolder, pipe, removeFolder } from './twins/pipe.js'

beforeAll(makeFolder)
// It is empty then: each path is removed with its handle.
afterAll(removeFolder)

compareGroup('pipe', pipe)
