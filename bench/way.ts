import net from 'node:net'
import type pg from 'pg'
import { median } from './median.ts'
import type { RoleCost } from './role-cost.ts'

/** A statement that one asks again and again to learn the same thing as the others do. */
export interface Way {
  readonly name: string
  /** Sent one after the other. */
  readonly statements: readonly { readonly text: string; readonly values?: readonly unknown[] | undefined }[]
}

export interface WayCost {
  /** Median of a round. */
  readonly serverMs: number
  readonly rows: number
  /** What the server sent in the last round. */
  readonly bytes: number
}

/** What is so slow that the rounds would take longer is asked fewer times, but at least three. */
const budgetMs = 10_000
const fewestRounds = 3

const asText = { getTypeParser: () => (text: string) => text }

/** Asks as a bare client does, in extended mode, with the values as text. */
export async function costOf(way: Way, client: pg.Client, cost: RoleCost, rounds: number): Promise<WayCost> {
  const times: number[] = []
  const startedMs = performance.now()
  let [rows, bytes] = [0, 0]
  const ask = async () => {
    const before = bytesRead(client)
    rows = 0
    for (const { text, values = [] } of way.statements) {
      // queryMode is missing in the library's types.
      const statement = { text, values: [...values], rowMode: 'array' as const, queryMode: 'extended', types: asText }
      rows += (await client.query(statement)).rows.length
    }
    bytes = bytesRead(client) - before
  }
  // The first round fills the backend's caches.
  await ask()
  while (times.length < rounds) {
    if (times.length >= fewestRounds && performance.now() - startedMs > budgetMs) break
    times.push(await cost.of(ask))
  }
  return { serverMs: median(times), rows, bytes }
}

function bytesRead({ connection: { stream } }: pg.Client): number {
  return stream instanceof net.Socket ? stream.bytesRead : 0
}
