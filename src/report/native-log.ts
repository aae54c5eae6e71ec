/**
 * What TensorFlow prints in each process while its library loads, before its log level can be set: that oneDNN is on,
 * and that logging has not begun. Nothing in it is news to whoever runs tests.
 */
const startUpLines =
  /^(WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR|[IW]\d{4} .* port\.cc:\d+\] oneDNN custom operations are on\. .*)\r?\n?/gm

/** A text without those lines. */
export const withoutStartUpLines = (text: string): string => text.replace(startUpLines, '')

const watched = new WeakSet<NodeJS.WritableStream>()

/** Leaves those lines out of what workers print to a stream. */
export function hideStartUpLines(stream: NodeJS.WritableStream): void {
  if (watched.has(stream)) return
  watched.add(stream)
  const original = stream.write
  const write = (...args: Parameters<typeof original>): boolean => {
    const [chunk, ...rest] = args as [string | Uint8Array, ...unknown[]]
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    if (!/absl::InitializeLog|oneDNN custom operations/.test(text)) return original.apply(stream, args)
    return original.apply(stream, [withoutStartUpLines(text), ...rest] as Parameters<typeof original>)
  }
  stream.write = write as typeof original
}
