import { compareGroup } from './compare.js'
import { connect } from './twins/connect.js'

compareGroup('connect', connect)
