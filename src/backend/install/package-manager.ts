import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-berry' | 'bun'

const traces: [file: string, manager: PackageManager][] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['.yarnrc.yml', 'yarn-berry'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

/** The package manager whose lock file is nearest above the project; npm when there is none. */
export function packageManagerOf(projectRoot: string): PackageManager {
  for (let folder = projectRoot; ; folder = dirname(folder)) {
    const trace = traces.find(([file]) => existsSync(join(folder, file)))
    if (trace) return trace[1]
    if (folder === dirname(folder)) return 'npm'
  }
}

/** The command that adds a development dependency. */
export function addDevDependency(manager: PackageManager, wanted: string, flags: string[] = []): string[] {
  switch (manager) {
    case 'npm':
      return ['npm', 'install', '--save-dev', ...flags, wanted]
    case 'pnpm':
      return ['pnpm', 'add', '--save-dev', ...flags, wanted]
    case 'yarn':
    case 'yarn-berry':
      return ['yarn', 'add', '--dev', ...flags, wanted]
    case 'bun':
      return ['bun', 'add', '--dev', ...flags, wanted]
  }
}

/** How each package manager is told not to run the package's own install script. */
export function withoutScripts(manager: PackageManager): string {
  return manager === 'yarn-berry' ? '--mode=skip-build' : '--ignore-scripts'
}
