import { compareGroup } from './support/compare.js'
import { bind } from './twins/bind.js'

compareGroup('bind', bind)
