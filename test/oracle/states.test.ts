import { compareGroup } from './compare.js'
import { states } from './twins/states.js'

compareGroup('states', states)
