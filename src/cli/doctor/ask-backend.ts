import { runCommand } from '../../backend/install/run-command.js'
import { ownModule } from '../../own-module.js'
import { answerMarker, type BackendAnswer } from './backend-answer.js'

const reporter = ownModule('cli/doctor/report-backend')

/** Which backend tests in `root` would run on: asked of a child process that really starts it. */
export async function askBackend(root: string): Promise<BackendAnswer> {
  const { code, stdout, stderr } = await runCommand(process.execPath, [reporter, root], {
    cwd: root,
    timeoutMs: 120_000,
  })
  const line = stdout.split('\n').find((text) => text.startsWith(answerMarker))
  if (line) return JSON.parse(line.slice(answerMarker.length)) as BackendAnswer
  const reason = stderr.split('\n').find((text) => /^\w*Error/.test(text)) ?? `it ended with code ${code}`
  return { name: 'none', why: reason, computes: false }
}
