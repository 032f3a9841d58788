import { compareGroup } from './compare.js'
import { close } from './twins/close.js'

compareGroup('close', close)
