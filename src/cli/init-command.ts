export async function initCommand(_args: string[]): Promise<number> {
  return 0
}
