import { compareGroup } from './compare.js'
import { read } from './twins/read.js'

compareGroup('read', read)
