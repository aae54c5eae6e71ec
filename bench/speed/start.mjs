// What loading costs: milliseconds of an import in a fresh process.
const [what] = process.argv.slice(2)
const started = performance.now()
await import('@tensorflow/tfjs')
const tensorflow = performance.now() - started
if (what === 'package') await import('../../dist/checks/index.js')
process.stdout.write(`\n@${JSON.stringify({ tensorflow, rest: performance.now() - started - tensorflow })}\n`)
