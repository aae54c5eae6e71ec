import type { Tool } from '../calibrate/tool.js'
import { autotrainer } from './autotrainer.js'
import { umlaut } from './umlaut.js'

export const peers: Tool[] = [umlaut, autotrainer]
