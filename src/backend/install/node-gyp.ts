import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { InstallProblem } from './install-problem.js'

/** node-gyp's script: the user's own, the project's, or the copy that npm carries. */
export function findNodeGyp(projectRoot: string, env: NodeJS.ProcessEnv): string {
  const found = candidates(projectRoot, env).find((path) => path !== undefined && existsSync(path))
  if (found) return found
  throw new InstallProblem(
    'node-gyp, which drives the compiler, was found neither in the project nor beside npm.',
    'npm install --save-dev node-gyp',
  )
}

function candidates(projectRoot: string, env: NodeJS.ProcessEnv): (string | undefined)[] {
  const insideNpm = join('node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const prefix = dirname(dirname(process.execPath))
  return [
    env.npm_config_node_gyp,
    resolveFrom(projectRoot, 'node-gyp/bin/node-gyp.js'),
    // npm sets npm_execpath to …/npm/bin/npm-cli.js for the scripts it runs.
    env.npm_execpath && join(dirname(dirname(env.npm_execpath)), insideNpm),
    join(prefix, 'lib', 'node_modules', 'npm', insideNpm),
    ...npmsOnPath(env).map((npm) => join(dirname(dirname(npm)), insideNpm)),
    '/usr/share/nodejs/node-gyp/bin/node-gyp.js', // Debian's own package of it
  ]
}

function npmsOnPath(env: NodeJS.ProcessEnv): string[] {
  return (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'npm'))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))
}

function resolveFrom(folder: string, specifier: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(specifier)
  } catch {
    return undefined
  }
}

/** Node's headers often lie beside the running Node; then node-gyp need not download them. */
export function headersBesideNode(execPath = process.execPath): string | undefined {
  const prefix = dirname(dirname(execPath))
  return existsSync(join(prefix, 'include', 'node', 'node.h')) ? prefix : undefined
}
