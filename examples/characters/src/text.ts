const words =
  `night day moon sun star rain snow wind stone water river shore hill valley forest meadow garden lantern window candle
table bread honey apple bird fox horse sheep boat bridge road house door roof tower village winter summer song silence`.split(
    /\s+/,
  )

export const alphabet = [...new Set(`${words.join('')} `)].sort()

/** `count` words drawn at random under `seed`: within a word the next character can be known, between words not. */
export function drawText(count: number, seed: number): string {
  const random = randomNumbers(seed)
  return Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ')
}

/** Numbers from 0 to 1, the same under the same seed (mulberry32 of Tommy Ettinger). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
