import { compareGroup } from './compare.js'
import { foreign } from './twins/foreign.js'

compareGroup('foreign', foreign)
