import { compareGroup } from './support/compare.js'
import { close } from './twins/close.js'

compareGroup('close', close)
