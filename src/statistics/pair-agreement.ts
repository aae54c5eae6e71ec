import { formatNumber, formatPercent } from '../figures/number.js'

/** How far pairs of examples agree in their labels, beyond what any two would. */
export interface PairAgreement {
  /** From 0, as any two examples, to 1: Cohen's kappa of classes, the correlation of numbers. */
  share: number
  /** The share on a scale with a constant error: itself for classes, Fisher's z of a correlation. */
  score: number
  /** Standard error of the score. */
  error: number
  /** Standard errors above what any two examples agree. */
  surprise: number
  /** In words, with the numbers: 'agree in 62.3 %, any two in 10.1 %'. */
  said: string
}

/** Cohen's kappa of two labels each (Cohen, Educational and Psychological Measurement 20, 1960). */
export function agreementOfClasses(own: ArrayLike<number>, other: ArrayLike<number>): PairAgreement {
  const n = own.length
  const [counts, others] = [new Map<number, number>(), new Map<number, number>()]
  let agree = 0
  for (let i = 0; i < n; i++) {
    counts.set(own[i]!, (counts.get(own[i]!) ?? 0) + 1)
    others.set(other[i]!, (others.get(other[i]!) ?? 0) + 1)
    if (own[i] === other[i]) agree++
  }
  const share = agree / n
  let chance = 0
  for (const [label, count] of counts) chance += (count * (others.get(label) ?? 0)) / n ** 2
  const said = `agree in ${formatPercent(share)}, any two in ${formatPercent(chance)}`
  if (chance >= 1) return { share: 0, score: 0, error: 0, surprise: 0, said }
  const kappa = (share - chance) / (1 - chance)
  return {
    share: kappa,
    score: kappa,
    error: Math.sqrt(Math.max(share * (1 - share), 1 / n) / n) / (1 - chance),
    surprise: chance > 0 ? (share - chance) / Math.sqrt((chance * (1 - chance)) / n) : 0,
    said,
  }
}

/** The correlation of two numbers each, compared as Fisher's z. */
export function agreementOfNumbers(own: ArrayLike<number>, other: ArrayLike<number>): PairAgreement {
  const n = own.length
  const meanOf = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / n
  const [mean, otherMean] = [meanOf(own), meanOf(other)]
  let [together, alone, otherAlone] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [a, b] = [own[i]! - mean, other[i]! - otherMean]
    together += a * b
    alone += a * a
    otherAlone += b * b
  }
  const correlation = alone > 0 && otherAlone > 0 ? together / Math.sqrt(alone * otherAlone) : 0
  return {
    share: correlation,
    score: Math.atanh(Math.max(-0.999, Math.min(correlation, 0.999))),
    error: 1 / Math.sqrt(n - 3),
    surprise: correlation * Math.sqrt(n),
    said: `have a correlation of ${formatNumber(correlation)}`,
  }
}
