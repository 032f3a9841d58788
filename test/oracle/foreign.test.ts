import { compareGroup } from './support/compare.js'
import { foreign } from './twins/foreign.js'

compareGroup('foreign', foreign)
