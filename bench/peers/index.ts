import type { Tool } from '../calibrate/tool.js'

export const peers: Tool[] = []
