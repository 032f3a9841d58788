import { compareGroup } from './support/compare.js'
import { alive } from './twins/loop.js'

compareGroup('alive', alive)
