/** How a column's text is decoded: int (safe integer or bigint), double, string, bool, timestamp (milliseconds). */
export type ColumnType = 'int' | 'double' | 'string' | 'bool' | 'timestamp'

/** A half-open range of versions as comparable numbers: 16 -> 16, 1.10 -> [1, 10]. Missing bounds are open. */
export interface VersionRange {
  /** As written, for messages: `>=16 <18`. */
  readonly text: string
  readonly atLeast?: readonly number[]
  readonly below?: readonly number[]
}

/** What a role must be allowed. Each kind has its probe and its GRANT. */
export type Privilege =
  | { readonly kind: 'role'; readonly name: string }
  /** With argument types, as regprocedure takes it: `pg_ls_waldir()`. */
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'table'; readonly name: string }

/** What must hold for a query, variant, column, source or metric; what isn't met leaves out just what hangs on it. */
export interface Requirements {
  readonly server?: VersionRange
  readonly role?: 'primary' | 'standby'
  readonly extension?: { readonly name: string; readonly version?: VersionRange }
  /** Columns that the extension's view of the same name must really have. */
  readonly columns?: readonly string[]
  readonly privileges?: readonly Privilege[]
}

export interface ColumnDefinition {
  /** An expression over `from` and what is sliced. */
  readonly sql?: string
  /** In place of SQL: code makes it of these columns. Only in a query with top rows. */
  readonly computed?: readonly string[]
  readonly type: ColumnType
  readonly requires?: Requirements
}

/** See {@link ResetToken}: an expression that gives a timestamp. */
export interface ResetDefinition {
  readonly sql: string
  readonly exact: boolean
}

/** Replaces parts of its query where its requirements are met; its columns are added to the query's, or replace them. */
export interface QueryVariant {
  readonly requires?: Requirements
  readonly from?: string
  readonly where?: string
  readonly reset?: ResetDefinition
  readonly fallsWhenReset?: boolean
  readonly columns: Readonly<Record<string, ColumnDefinition>>
}

/** Rows are many, series are few: the rows that matter keep series of their own, the others share one. */
export interface TopDefinition {
  /** About how many rows keep series of their own; the configuration may say otherwise. */
  readonly rows: number
  /** Columns that rank the rows: by its largest share of any of them; counters by their increase. */
  readonly by: readonly string[]
  /** Columns of text that tell rows apart: the series of the rest has `(other)` in their place. */
  readonly others: readonly string[]
  /** Queries that name the same set, with the same identity, keep the same rows. */
  readonly set?: string
}

/**
 * How a big result is read: so many rows of one relation in the order of a key, one statement each. `from`, `where` and
 * the columns of the query are looked up for each of these rows.
 */
export interface SliceDefinition {
  /** One relation with its alias, such as `pg_class AS c`. */
  readonly from: string
  readonly alias: string
  /** A condition on that relation alone. */
  readonly where?: string
  /** A column of that relation of type oid, with an index: `c.oid`. */
  readonly key: string
}

export interface QueryDefinition {
  readonly name: string
  readonly description: string
  /** `server`: once per instance. `database`: once in every monitored database. */
  readonly scope: 'server' | 'database'
  /** Not more often than this; the configuration may say otherwise. */
  readonly intervalMs?: number
  readonly from?: string
  readonly where?: string
  /** Columns that tell the rows apart; empty for a query of one row. What a baseline hangs on. */
  readonly identity: readonly string[]
  readonly slice?: SliceDefinition
  readonly top?: TopDefinition
  /** Columns that code reads besides, where they are there. */
  readonly readByCode?: readonly string[]
  /** A counter of a row that falls was counted from zero since: never so where it is a sum over things that come and go. */
  readonly fallsWhenReset?: boolean
  readonly groupBy?: readonly string[]
  readonly onDuplicate?: 'sum' | 'max'
  readonly reset?: ResetDefinition
  /** It may wait for locks of relations: it runs in a session of its own, which is closed after. */
  readonly takesLocks: boolean
  /** A new row may have taken over the counters of one that it replaced, so they aren't taken to have begun at zero. */
  readonly inheritsCounters?: boolean
  readonly requires?: Requirements
  readonly columns: Readonly<Record<string, ColumnDefinition>>
  /** The first that fits is taken; without any, the query stands for itself. If none fits, the query is left out. */
  readonly variants: readonly QueryVariant[]
}
