import { requireCompiler } from '../../backend/install/compiler.js'
import { InstallProblem } from '../../backend/install/install-problem.js'
import { findPythonWithPip } from '../../backend/install/python.js'
import { releaseFor, thisPlatform } from '../../backend/install/tensorflow-release.js'

export interface ToolProblem {
  message: string
  advice: string
}

/** What building the native backend would need; each is undefined when it is there. */
export interface BuildTools {
  platform: ToolProblem | undefined
  pip: ToolProblem | undefined
  compiler: ToolProblem | undefined
}

export async function findBuildTools(env: NodeJS.ProcessEnv): Promise<BuildTools> {
  return {
    platform: await problemOf(() => releaseFor(thisPlatform())),
    pip: await problemOf(() => findPythonWithPip(env)),
    compiler: await problemOf(() => requireCompiler(env)),
  }
}

async function problemOf(check: () => unknown): Promise<ToolProblem | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    if (error instanceof InstallProblem) return { message: error.message, advice: error.advice }
    throw error
  }
}
