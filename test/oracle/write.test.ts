import { compareGroup } from './support/compare.js'
import { write } from './twins/write.js'

compareGroup('write', write)
