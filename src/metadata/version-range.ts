import type { VersionRange } from './query.ts'

/** A range of versions, or what is wrong with it. */
export type ParsedRange =
  | { readonly kind: 'range'; readonly range: VersionRange }
  | { readonly kind: 'malformed' | 'empty' }

const form = /^(?:>=\s*(\d+(?:\.\d+)*))?\s*(?:<\s*(\d+(?:\.\d+)*))?$/

/** Reads `>=16`, `<17` or `>=14 <17`. Versions compare number by number, so 1.10 is later than 1.9. */
export function parseVersionRange(text: string): ParsedRange {
  const [, from, to] = form.exec(text.trim()) ?? []
  if (from === undefined && to === undefined) return { kind: 'malformed' }
  const atLeast = from?.split('.').map(Number)
  const below = to?.split('.').map(Number)
  if (atLeast !== undefined && below !== undefined && compareVersions(atLeast, below) >= 0) return { kind: 'empty' }
  return {
    kind: 'range',
    range: { text, ...(atLeast === undefined ? {} : { atLeast }), ...(below === undefined ? {} : { below }) },
  }
}

/** Negative, zero or positive as the first is earlier than, equal to or later than the second; 16 equals 16.0. */
export function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether a version lies in the range. */
export function inRange(version: readonly number[], range: VersionRange): boolean {
  if (range.atLeast !== undefined && compareVersions(version, range.atLeast) < 0) return false
  return range.below === undefined || compareVersions(version, range.below) < 0
}
