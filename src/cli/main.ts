#!/usr/bin/env node
import { packageVersion } from '../package-version.js'
import { doctorCommand } from './doctor-command.js'
import { initCommand } from './init-command.js'
import { installCommand } from './install-command.js'

const usage = `vitest-recipe: Karpathy's recipe for training neural networks, as Vitest tests

  npx vitest-recipe init                 write vitest.config.ts and a first recipe test
  npx vitest-recipe doctor [--json]      what is installed, which backend runs, what is wrong
  npx vitest-recipe install-tensorflow   make the native TensorFlow backend work
        --add                            add @tensorflow/tfjs-node to the project first
        --quiet                          print the result only

  --help, --version`

type Command = (args: string[]) => Promise<number>

const commands: Record<string, Command> = {
  init: initCommand,
  doctor: doctorCommand,
  'install-tensorflow': installCommand,
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(packageVersion())
  if (name === '--help' || name === '-h' || name === 'help') return print(usage)
  if (name !== undefined && args.some((argument) => argument === '--help' || argument === '-h'))
    return print(usage)
  const command = name === undefined ? undefined : commands[name]
  if (!command) return misused(name === undefined ? 'Which command?' : `Unknown command: ${name}`)
  try {
    return await command(args)
  } catch (error) {
    // parseArgs complains about options with errors of these codes; everything else is a defect of ours.
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('ERR_PARSE_ARGS')) return misused(message)
    throw error
  }
}

function print(text: string): number {
  console.log(text)
  return 0
}

function misused(complaint: string): number {
  console.error(`${complaint}\n\n${usage}`)
  return 2
}

process.exitCode = await main(process.argv.slice(2))
