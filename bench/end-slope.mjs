// How often is a loss that is level called falling (docs/squeeze.md)? Simulates autocorrelated noise, AR(1).
// npm run build && node bench/end-slope.mjs [series=4000]
import { endSlope } from '../dist/statistics/end-slope.js'
import { mulberry32 } from '../dist/training/seed.js'

const [series = 4000] = process.argv.slice(2).map(Number)
const alphas = [0.05, 0.01, 0.001]

for (const length of [24, 60, 200, 1000]) {
  for (const correlation of [0, 0.5, 0.9, 0.97]) {
    const random = mulberry32(length * 100 + correlation * 1000)
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const falling = alphas.map(() => 0)
    for (let i = 0; i < series; i++) {
      let value = normal() / Math.sqrt(1 - correlation ** 2)
      const losses = Array.from({ length }, () => {
        value = correlation * value + normal()
        return 10 + value
      })
      const { p } = endSlope(losses)
      for (const [a, alpha] of alphas.entries()) if (p < alpha) falling[a]++
    }
    const rates = falling.map((count) => `${((100 * count) / series).toFixed(2)} %`)
    console.log(`${length} losses, correlation ${correlation}: at 5 %, 1 %, 0.1 %: ${rates.join(', ')}`)
  }
}
