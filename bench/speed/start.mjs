// What loading costs in a fresh process, in milliseconds: TensorFlow.js, and then the package as it is published.
import { pathToFileURL } from 'node:url'

const [folder] = process.argv.slice(2)
const started = performance.now()
await import('@tensorflow/tfjs')
const tensorflow = performance.now() - started
await import(pathToFileURL(`${folder}/checks/index.js`).href)
process.stdout.write(`\n@${JSON.stringify({ tensorflow, rest: performance.now() - started - tensorflow })}\n`)
