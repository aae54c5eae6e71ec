import type { Tool } from '../calibrate/tool.js'
import { autotrainer } from './autotrainer.js'
import { deepDiagnosis } from './deep-diagnosis.js'
import { deepLocalize } from './deep-localize.js'
import { theDeepChecker } from './the-deep-checker.js'
import { umlaut } from './umlaut.js'

export const peers: Tool[] = [umlaut, autotrainer, deepLocalize, deepDiagnosis, theDeepChecker]
