import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of its own in which real Vitest runs, with this repository's packages. */
export class VitestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'weight-image-'))

  constructor() {
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'), 'junction')
    this.write('package.json', '{ "type": "module" }')
    this.write(
      'vitest.config.ts',
      `import { defineConfig } from 'vitest/config'
       import RecipeReporter from '${join(root, 'src/report/reporter.ts')}'
       const shown = {
         onTestCaseArtifactRecord: (_, { type, message, attachments = [] }) => {
           const sizes = attachments.map(({ name, width, height }) => name + ' ' + width + 'x' + height)
           console.log('shown:', type, message, sizes.join(', '))
         },
       }
       const reporters = ['default', shown, new RecipeReporter()]
       export default defineConfig({ test: { setupFiles: './setup.ts', reporters } })`,
    )
    this.write(
      'setup.ts',
      `import { expect } from 'vitest'
       import { toMatchActivationImage } from '${join(root, 'src/matchers/activation-image.ts')}'
       import { toMatchConfusionImage } from '${join(root, 'src/matchers/confusion-image.ts')}'
       import { toMatchFigure } from '${join(root, 'src/matchers/figure.ts')}'
       import { toMatchDataImage } from '${join(root, 'src/matchers/data-image.ts')}'
       import { toMatchInputImage } from '${join(root, 'src/matchers/input-image.ts')}'
       import { toMatchPredictionImage } from '${join(root, 'src/matchers/prediction-image.ts')}'
       import { toMatchWeightImage } from '${join(root, 'src/matchers/weight-image.ts')}'
       expect.extend({ toMatchActivationImage, toMatchConfusionImage, toMatchDataImage, toMatchFigure })
       expect.extend({ toMatchInputImage, toMatchPredictionImage, toMatchWeightImage })`,
    )
  }

  /** Runs `vitest run`; resolves with what it printed, without colours. */
  run({
    args = [],
    env = {},
  }: {
    args?: string[]
    env?: Record<string, string>
  } = {}): Promise<{ code: number; output: string }> {
    const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args]
    const child = spawn(process.execPath, command, { cwd: this.path, env: { ...withoutCI(), ...env } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
    return new Promise((resolve) =>
      child.on('close', (code) => resolve({ code: code ?? 1, output: stripVTControlCharacters(output) })),
    )
  }

  write(file: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.path, file)), { recursive: true })
    writeFileSync(join(this.path, file), content)
  }

  read(file: string): Buffer {
    return readFileSync(join(this.path, file))
  }

  list(folder: string): string[] {
    return readdirSync(join(this.path, folder)).sort()
  }

  remove(file = '.'): void {
    rmSync(join(this.path, file), { recursive: true, force: true })
  }
}

/** Continuous integration and the outer Vitest must not show. */
export function withoutCI(): NodeJS.ProcessEnv {
  const hidden = /^(CI|GITHUB_|GITLAB_|VITEST|TEST$|NODE_ENV$|CONTINUOUS_INTEGRATION|BUILD_NUMBER|RUN_ID)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.test(name)))
}
