import { z } from 'zod'

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
}

/** Bytes of a size such as `512MiB`, `1.5GB` or `4096`, rounded down; `undefined` if it is none. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]i?b|b|)$/i.exec(text)
  if (match === null) return undefined
  const [, amount, unit = ''] = match
  const factor = unitBytes[unit.toLowerCase()]
  if (factor === undefined) return undefined
  const bytes = Math.floor(Number(amount) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A size in a configuration file; bytes after parsing, at least 1. */
export const byteSize = z.union([z.string(), z.number()]).transform((value, context) => {
  const bytes = parseByteSize(String(value))
  if (bytes !== undefined && bytes > 0) return bytes
  context.addIssue(
    bytes === 0
      ? { code: 'custom', message: 'requires positive value' }
      : { code: 'invalid_format', format: 'byte_size', message: 'expected a size such as 512MiB, 1GB or 4096 (bytes)' },
  )
  return z.NEVER
})
