/** One row up, and empty it. */
const erase = '\r\u001b[1A\u001b[2K'

/**
 * A line at a terminal that is rewritten in place. What others print takes its place: it is erased first, and comes
 * back below with the next `show`. Vitest's own window at the bottom stays below it.
 */
export class LiveLine {
  #shown = false
  readonly #restore: Array<() => void> = []

  constructor(streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr]) {
    for (const stream of streams) this.#watch(stream)
  }

  show(text: string, stream: NodeJS.WriteStream = process.stdout): void {
    const row = `${text.slice(0, (stream.columns ?? 80) - 1)}\n`
    this.clear(stream)
    stream.write(row)
    this.#shown = true
  }

  clear(stream: NodeJS.WriteStream = process.stdout): void {
    // The write below is one by another: it erases the row.
    if (this.#shown) stream.write('')
  }

  stop(): void {
    for (const restore of this.#restore.splice(0)) restore()
  }

  #watch(stream: NodeJS.WriteStream): void {
    const original = stream.write
    const write = (...args: Parameters<typeof original>): boolean => {
      const [chunk, ...rest] = args
      if (!this.#shown) return original.apply(stream, args)
      this.#shown = false
      return original.apply(stream, [`${erase}${chunk}`, ...rest] as Parameters<typeof original>)
    }
    stream.write = write as typeof original
    this.#restore.push(() => {
      if (stream.write === write) stream.write = original
    })
  }
}
