import { compareGroup } from './compare.js'
import { timer } from './twins/loop.js'

compareGroup('timer', timer)
