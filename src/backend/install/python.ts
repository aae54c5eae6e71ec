import { InstallProblem } from './install-problem.js'
import { answers } from './run-command.js'

/** The first Python that can run pip: `PYTHON` from the environment, then the usual names. */
export async function findPythonWithPip(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  const candidates = [...new Set([env.PYTHON, 'python3', 'python'])].filter((name) => name !== undefined)
  let withoutPip: string | undefined
  for (const python of candidates) {
    if (await answers(python, ['-m', 'pip', '--version'], { env, signal })) return python
    if (!withoutPip && (await answers(python, ['--version'], { env, signal }))) withoutPip = python
  }
  if (withoutPip) {
    throw new InstallProblem(
      `${withoutPip} has no pip, which fetches the TensorFlow library.`,
      `Debian, Ubuntu: sudo apt-get install -y python3-pip\nelsewhere:      ${withoutPip} -m ensurepip --upgrade`,
    )
  }
  throw new InstallProblem(
    'Python was not found; its pip fetches the TensorFlow library.',
    'Debian, Ubuntu: sudo apt-get install -y python3 python3-pip\n' +
      'Fedora:         sudo dnf install python3-pip\n' +
      'macOS:          xcode-select --install\n' +
      'installed elsewhere? PYTHON=/path/to/python3 npx vitest-recipe install-tensorflow',
  )
}
