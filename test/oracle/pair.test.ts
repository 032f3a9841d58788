import { compareGroup } from './compare.js'
import { pair } from './twins/pair.js'

compareGroup('pair', pair)
