import { compareGroup } from './compare.js'
import { bind } from './twins/bind.js'

compareGroup('bind', bind)
