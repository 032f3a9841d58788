import { compareGroup } from './compare.js'
import { write } from './twins/write.js'

compareGroup('write', write)
