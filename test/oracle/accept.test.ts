import { compareGroup } from './compare.js'
import { accept } from './twins/accept.js'

compareGroup('accept', accept)
