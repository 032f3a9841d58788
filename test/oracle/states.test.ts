import { compareGroup } from './support/compare.js'
import { states } from './twins/states.js'

compareGroup('states', states)
