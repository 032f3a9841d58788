import { compareGroup } from './support/compare.js'
import { read } from './twins/read.js'

compareGroup('read', read)
