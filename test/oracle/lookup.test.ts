import { compareGroup } from './compare.js'
import { lookup } from './twins/lookup.js'

compareGroup('lookup', lookup)
