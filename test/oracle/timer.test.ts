import { compareGroup } from './support/compare.js'
import { timer } from './twins/loop.js'

compareGroup('timer', timer)
