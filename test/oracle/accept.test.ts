import { compareGroup } from './support/compare.js'
import { accept } from './twins/accept.js'

compareGroup('accept', accept)
