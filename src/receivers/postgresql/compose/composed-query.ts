import type { QueryDefinition } from '../../../metadata/query.ts'
import type { SourcedMetric } from '../../../metadata/sourced-metric.ts'
import type { RowQuery } from '../../../rows/row-query.ts'
import type { Omission } from '../server/requirements.ts'
import type { ComposedText } from './text.ts'

/** One statement, composed of just what the enabled metrics need and this server can say. */
export interface ComposedQuery extends ComposedText, RowQuery {
  readonly intervalMs: number
  readonly takesLocks: boolean
  /** Whether a new row's counters may be older than the row. */
  readonly inheritsCounters: boolean
  readonly reset?: { readonly column: number; readonly exact: boolean }
  /** The schema of the extension that it reads, quoted. */
  readonly extensionSchema?: string
  /** Digest of all that decides which rows and points a complete result holds. */
  readonly digest: string
}

export interface ComposedQueries {
  readonly queries: readonly ComposedQuery[]
  readonly omissions: readonly Omission[]
}

export interface ComposeSettings {
  readonly queries: readonly QueryDefinition[]
  readonly metrics: readonly SourcedMetric[]
  readonly enabled: ReadonlySet<string>
  /** Query -> milliseconds; what isn't named runs at `collectionIntervalMs`. */
  readonly intervals: Readonly<Record<string, number | undefined>>
  /** Query -> columns that code reads for an event, whatever metrics are enabled. */
  readonly extra?: Readonly<Record<string, { readonly event: string; readonly columns: readonly string[] }>>
  /** Query -> rows with series of their own; replaces the metadata's number for all queries of its set. */
  readonly limits: Readonly<Record<string, number | undefined>>
  readonly collectionIntervalMs: number
  /** Rows of one slice of a big result. */
  readonly sliceRows: number
}
