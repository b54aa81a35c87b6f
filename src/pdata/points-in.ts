import type { Batch } from './batch.ts'

/** How many points a batch holds. Of folded rows each value is one: each is compared and counted. */
export function pointsIn({ points, folded }: Pick<Batch, 'points' | 'folded'>): number {
  let count = points.length
  for (const { values } of folded?.rows ?? []) {
    for (const value of values) if (value !== null) count += 1
  }
  return count
}
