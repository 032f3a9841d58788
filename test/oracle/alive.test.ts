import { compareGroup } from './compare.js'
import { alive } from './twins/loop.js'

compareGroup('alive', alive)
