/** Steps between ticks that are easy to read. */
const niceSteps = [1, 2, 5, 10]
const mostTicks = 5

/** Round numbers from `low` to `high`, at most about five; powers of ten, or 1, 2, 5 times them, on a logarithmic axis. */
export function ticksBetween(low: number, high: number, logarithmic: boolean): number[] {
  if (!(high > low)) return [low]
  return logarithmic ? logarithmicTicks(low, high) : linearTicks(low, high)
}

function linearTicks(low: number, high: number): number[] {
  const rough = (high - low) / mostTicks
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * niceSteps.find((nice) => nice * power >= rough)!
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(10)))
}

function logarithmicTicks(low: number, high: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)]
  const every = Math.max(1, Math.ceil((to - from + 1) / (mostTicks + 1)))
  const powers: number[] = []
  for (let power = from; power <= to; power += every) powers.push(Number(`1e${power}`))
  return powers
}
