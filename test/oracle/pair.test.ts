import { compareGroup } from './support/compare.js'
import { pair } from './twins/pair.js'

compareGroup('pair', pair)
