/**
 * What does looking after every seed cost, and what does it save? Simulates paired differences, one a seed, and stops
 * each series at the first look that tells its mean from 0. Prints how often series without an effect are told from 0
 * on either side (the level is 5 % a side), and for effects of d_z standard deviations how often they are found, and
 * after how many seeds on average.
 *
 *   npm run build && node bench/sequential.mjs [--series 40000] [--alpha 0.05] [--seed 1]
 */
import { parseArgs } from 'node:util'
import { anytimeBoundary } from '../dist/statistics/confidence-sequence.js'
import { plannedBoundary } from '../dist/statistics/planned-looks.js'
import { almostStochasticOrder } from '../dist/statistics/stochastic-order.js'
import { studentUpperQuantile } from '../dist/statistics/students-t.js'
import { mulberry32 } from '../dist/training/seed.js'

const { values: options } = parseArgs({
  options: {
    series: { type: 'string', default: '40000' },
    alpha: { type: 'string', default: '0.05' },
    seed: { type: 'string', default: '1' },
  },
})
const series = Number(options.series)
const alpha = Number(options.alpha)
const random = mulberry32(Number(options.seed))
const budgets = [5, 8, 12, 20]

function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Means of 0, without an effect. */
const withoutEffect = {
  Gaussian: { draw: gaussian },
  't, 3 df': {
    draw: () => gaussian() / Math.sqrt((gaussian() ** 2 + gaussian() ** 2 + gaussian() ** 2) / 3),
  },
  'lognormal, long tail above': { draw: () => Math.exp(gaussian()) - Math.sqrt(Math.E) },
  'lognormal A - lognormal B': { draw: () => Math.exp(gaussian()) - Math.exp(gaussian()) },
  'Gaussian in steps of 2 sd': { draw: () => 2 * Math.round(gaussian() / 2) },
  '… resolution given': { draw: () => 2 * Math.round(gaussian() / 2), resolution: 2 },
  'Gaussian in steps of 1 sd': { draw: () => Math.round(gaussian()) },
  '… resolution given ': { draw: () => Math.round(gaussian()), resolution: 1 },
}

function rulesFor(budget) {
  const fixed = studentUpperQuantile(alpha, budget - 1)
  return {
    'planned, power 0': plannedBoundary({ alpha, budget, exponent: 0 }),
    'planned, power 1/2': plannedBoundary({ alpha, budget }),
    'planned, power 1': plannedBoundary({ alpha, budget, exponent: 1 }),
    Bonferroni: { critical: (n) => studentUpperQuantile(alpha / (budget - 1), n - 1) },
    anytime: anytimeBoundary({ alpha }),
    'once, at the end': { critical: (n) => (n === budget ? fixed : Infinity) },
    'naive, every look': { critical: (n) => studentUpperQuantile(alpha, n - 1) },
  }
}

/** Shares of the series told above and below 0, and the mean number of seeds used. */
function simulate(rule, budget, { draw, resolution = 0 }) {
  const criticals = Array.from({ length: budget + 1 }, (_, n) => (n < 2 ? Infinity : rule.critical(n)))
  const floor = resolution ** 2 / 12
  let [above, below, seeds] = [0, 0, 0]
  for (let i = 0; i < series; i++) {
    let [mean, squares] = [0, 0]
    let n = 0
    while (n < budget) {
      n++
      const value = draw()
      const distance = value - mean
      mean += distance / n
      squares += distance * (value - mean)
      const t = mean === 0 ? 0 : mean / Math.sqrt(Math.max(squares / (n - 1), floor) / n)
      if (t > criticals[n]) {
        above++
        break
      }
      if (t < -criticals[n]) {
        below++
        break
      }
    }
    seeds += n
  }
  return { above: above / series, below: below / series, seeds: seeds / series }
}

const percent = (share) => (100 * share).toFixed(1)
function printTable(head, rows) {
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`)
  console.log()
}

const rules = new Map(budgets.map((budget) => [budget, rulesFor(budget)]))
const names = Object.keys(rules.get(budgets[0]))

console.log(
  `No effect: told above 0 / below 0, in %; ${series} series each, level ${percent(alpha)} % a side\n`,
)
printTable(
  ['differences', 'budget', ...names],
  Object.entries(withoutEffect).flatMap(([label, source]) =>
    budgets.map((budget) => [
      label,
      budget,
      ...Object.values(rules.get(budget)).map((rule) => {
        const { above, below } = simulate(rule, budget, source)
        return `${percent(above)} / ${percent(below)}`
      }),
    ]),
  ),
)

console.log('Gaussian differences with an effect: found, in % / seeds used on average\n')
printTable(
  ['d_z', 'budget', ...names.slice(0, -1)],
  [0.5, 1, 2, 4, 20].flatMap((effect) =>
    budgets.map((budget) => [
      effect,
      budget,
      ...names.slice(0, -1).map((name) => {
        const { above, seeds } = simulate(rules.get(budget)[name], budget, {
          draw: () => gaussian() + effect,
        })
        return `${percent(above)} / ${seeds.toFixed(1)}`
      }),
    ]),
  ),
)

console.log('Almost stochastic order of two alike Gaussian samples: bound below 0.5 / below 0.2, in %\n')
printTable(
  ['scores of each', 'below 0.5', 'below 0.2'],
  [3, 5, 10, 20].map((n) => {
    const repeats = 1000
    let [half, fifth] = [0, 0]
    for (let i = 0; i < repeats; i++) {
      const sample = () => Array.from({ length: n }, gaussian)
      const { bound } = almostStochasticOrder(sample(), sample(), { alpha, seed: i, resamples: 200 })
      if (bound < 0.5) half++
      if (bound < 0.2) fifth++
    }
    return [n, percent(half / repeats), percent(fifth / repeats)]
  }),
)
