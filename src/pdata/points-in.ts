import type { Batch } from './batch.ts'

/** How many points a batch holds. Of counter rows each value is one: each is compared and counted. */
export function pointsIn({ points, counterRows }: Pick<Batch, 'points' | 'counterRows'>): number {
  let count = points.length
  for (const { values } of counterRows?.rows ?? []) {
    for (const value of values) if (value !== null) count += 1
  }
  return count
}
