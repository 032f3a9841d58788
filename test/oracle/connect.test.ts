import { compareGroup } from './support/compare.js'
import { connect } from './twins/connect.js'

compareGroup('connect', connect)
