import type { Account } from '../../src/component/exporter.ts'

/** Points of an account of which nobody knows what became of them; 0 where it balances. */
export function unexplainedPoints({ consumed, sent, queued, dropped, absorbed }: Account): number {
  return consumed - sent - queued - totalOf(dropped) - totalOf(absorbed)
}

export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
