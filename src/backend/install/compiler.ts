import { InstallProblem } from './install-problem.js'
import { answers } from './run-command.js'

/** Throws unless make and a C++ compiler are there: asked before the long download, not after it. */
export async function requireCompiler(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  const compiler = env.CXX?.split(' ')[0] || (process.platform === 'darwin' ? 'c++' : 'g++')
  const missing: string[] = []
  for (const tool of [compiler, 'make']) {
    if (!(await answers(tool, ['--version'], { env, signal }))) missing.push(tool)
  }
  if (missing.length === 0) return
  throw new InstallProblem(
    `${missing.join(' and ')} not found; the addon is compiled on this machine (20 seconds, once per user).`,
    process.platform === 'darwin'
      ? 'xcode-select --install'
      : 'Debian, Ubuntu: sudo apt-get install -y g++ make\nFedora:         sudo dnf install gcc-c++ make',
  )
}
