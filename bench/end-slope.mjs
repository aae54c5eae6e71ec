// How often is a loss that is level called falling, how often one that falls (docs/squeeze.md)? Simulates
// autocorrelated noise, AR(1).
// npm run build && node bench/end-slope.mjs [series=4000]
import { endSlope } from '../dist/statistics/end-slope.js'
import { mulberry32 } from '../dist/training/seed.js'

const [series = 4000] = process.argv.slice(2).map(Number)
const alphas = [0.05, 0.01, 0.001]

/** Noise of standard deviation 1. */
function* noise(correlation, seed) {
  const random = mulberry32(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const fresh = Math.sqrt(1 - correlation ** 2)
  for (let value = normal(); ; value = correlation * value + fresh * normal()) yield value
}

const share = (count) => `${((100 * count) / series).toFixed(2)} %`

/** How often each of the limits calls series that fall by this share of the noise-free loss falling. */
function called(length, correlation, fall, deviation) {
  const counts = alphas.map(() => 0)
  for (let i = 0; i < series; i++) {
    const source = noise(correlation, 1e6 * correlation + 1e4 * length + i)
    const losses = Array.from(
      { length },
      (_, step) => (1 - fall) ** (step / length) * Math.max(0.01, 1 + deviation * source.next().value),
    )
    const { p } = endSlope(losses)
    for (const [a, alpha] of alphas.entries()) if (p < alpha) counts[a]++
  }
  return counts.map(share).join(', ')
}

for (const length of [24, 60, 200, 1000]) {
  for (const correlation of [0, 0.5, 0.9, 0.97]) {
    const rates = called(length, correlation, 0, 0.1)
    console.log(`${length} losses, correlation ${correlation}: level, at 5 %, 1 %, 0.1 %: ${rates}`)
  }
}
for (const length of [24, 60, 200, 1000]) {
  for (const correlation of [0, 0.5, 0.9]) {
    for (const fall of [0.05, 0.1, 0.2]) {
      const rates = called(length, correlation, fall, 0.1)
      console.log(`${length} losses, correlation ${correlation}, fall ${fall}: at 5 %, 1 %, 0.1 %: ${rates}`)
    }
  }
}
