import { compareGroup } from './support/compare.js'
import { lookup } from './twins/lookup.js'

compareGroup('lookup', lookup)
