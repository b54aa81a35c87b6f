import { z } from 'zod'
import type { ColumnDefinition, QueryDefinition, QueryVariant } from '../query.ts'
import { key } from './key.ts'
import { counters, read, sql, top, variantCounters } from './reading-grammar.ts'
import type { RequiresGrammar } from './requirements-grammar.ts'

/** What a query says once for the sources of all of its metrics. */
export interface SourceDefaults {
  /** Part of the entity -> column. */
  readonly entity: Readonly<Record<string, string>>
  /** Attribute -> column. */
  readonly attributes: Readonly<Record<string, string>>
}

/** What an old key of `queries` is called now. */
export const renamedQueryKeys = {
  fold: 'top',
  interval: 'read: {interval}',
  slice: 'read: {slice}',
  takes_locks: 'read: {takes_locks}',
  reset: 'counters: {reset}',
  falls_when_reset: 'counters: {falls_when_reset}',
  inherits_counters: 'counters: {inherits}',
} as const

/** The grammar of an entry of `queries`. */
export function queryGrammar(requires: RequiresGrammar) {
  const requirement = key(requires.exactOptional(), 'what must hold', 'read_all_stats', { see: 'Requirements' })
  const from = key(
    sql.exactOptional(),
    "SQL. `$databases` are the oids of the watched databases, `@extschema:NAME@` is an extension's schema; bare names are pg_catalog's. Joins that only some columns need are LEFT JOINs on a unique key or LATERAL aggregates: the planner drops them when they aren't used",
    'pg_class AS c',
  )
  const where = key(sql.exactOptional(), 'SQL, as in `from`', "c.relkind = 'r'")
  const column = z
    .strictObject({
      sql: key(
        sql.exactOptional(),
        'what it is. A counter that is NULL in one result and a number in the next counts from zero: let NULL mean that the thing does not exist, or give a number each time',
        'c.relname',
      ),
      computed: key(
        z.array(z.string()).exactOptional(),
        "in place of `sql`, in a query with `top`: code makes it of these columns for the rows that are shown (a `RowComputer`). It may label rows, be a gauge's value or a point's `when`; it ranks and identifies nothing",
        '[inserted]',
      ),
      type: key(z.enum(['int', 'double', 'string', 'bool', 'timestamp']), 'how it is read', 'int'),
      requires: requirement,
    })
    .refine(({ sql: text, computed }) => (text === undefined) !== (computed === undefined), {
      error: 'expected exactly one of sql and computed',
    }) satisfies z.ZodType<ColumnDefinition>

  const variant = z
    .strictObject({
      requires: requirement,
      from,
      where,
      counters: key(variantCounters.exactOptional(), "in place of the query's", '{falls_when_reset: true}', {
        see: '`counters` of the query',
      }),
      columns: key(
        z.record(z.string(), column).exactOptional(),
        "beside the query's, or in place of those of the same name",
        '{age: {sql: age(c.relfrozenxid), type: int}}',
        { see: '`columns` of the query' },
      ),
    })
    .transform(
      ({ columns = {}, counters: { reset: token, falls_when_reset } = {}, ...rest }): QueryVariant => ({
        ...rest,
        ...(token === undefined ? {} : { reset: token }),
        ...(falls_when_reset === undefined ? {} : { fallsWhenReset: falls_when_reset }),
        columns,
      }),
    )

  return z
    .strictObject({
      description: key(z.string().min(1), 'what its rows are: for documentation', 'One row per user table.'),
      scope: key(
        z.enum(['server', 'database']),
        '`server`: once per instance. `database`: in every watched database, whose `database` and `database_oid` are columns without being named',
        'database',
      ),
      from,
      where,
      identity: key(
        z.array(z.string()).exactOptional(),
        'the columns that tell rows apart. Baselines hang on them, so labels may change; without it the query gives one row',
        '[oid]',
      ),
      entity: key(
        z.record(z.string(), z.string()).exactOptional(),
        "columns by part of the entity, for the sources of all its metrics: as far as a source doesn't say it itself and the metric has it",
        '{schema: schema, relation: relation}',
      ),
      attributes: key(
        z.record(z.string(), z.string()).exactOptional(),
        'columns by attribute, in the same way, where no point gives it as a constant',
        '{kind: kind}',
      ),
      read: key(read.exactOptional(), 'how it is read', '{interval: 5m}'),
      counters: key(counters.exactOptional(), 'how counters begin anew', '{falls_when_reset: true}'),
      top: key(
        top.exactOptional(),
        'which rows have series of their own ([deltas.md](deltas.md))',
        '{rows: 100, by: [inserted], others: [relation]}',
      ),
      read_by_code: key(
        z.array(z.string()).min(1).exactOptional(),
        'columns that only code reads, where the server has them. Code names them by `readByCode`, which is generated, and a test finds where it does; other names are in `QueryColumns` and `ComputedColumns`, so that a wrong one fails the type check',
        '[dealloc]',
      ),
      group_by: key(
        z.array(z.string()).min(1).exactOptional(),
        'columns; a key that no enabled metric shows is dropped',
        '[mode]',
      ),
      on_duplicate: key(z.enum(['sum', 'max']).exactOptional(), 'how rows with the same identity become one', 'sum'),
      requires: requirement,
      columns: key(z.record(z.string(), column), 'what a row has', '{oid: {sql: c.oid, type: string}}'),
      variants: key(
        z.array(variant).min(1).exactOptional(),
        'the first whose `requires` is met is taken; if none fits, the query is left out',
        '[{requires: {role: primary}}, {requires: {role: standby}}]',
      ),
    })
    .transform(
      ({ entity = {}, attributes = {}, ...given }): Unnamed<QueryDefinition> & { defaults: SourceDefaults } => ({
        ...definition(given),
        defaults: { entity, attributes },
      }),
    )
}

interface Given
  extends Pick<QueryDefinition, 'description' | 'scope' | 'from' | 'where' | 'top' | 'requires' | 'columns'> {
  readonly identity?: readonly string[]
  readonly read?: z.output<typeof read>
  readonly counters?: z.output<typeof counters>
  readonly read_by_code?: readonly string[]
  readonly group_by?: readonly string[]
  readonly on_duplicate?: 'sum' | 'max'
  readonly variants?: readonly QueryVariant[]
}

function definition(given: Given): Unnamed<QueryDefinition> {
  const { identity, read: reading = {}, counters: counting = {}, variants, ...others } = given
  const { read_by_code, group_by, on_duplicate, ...rest } = others
  return {
    ...rest,
    ...(reading.slice === undefined ? {} : { slice: reading.slice }),
    ...(counting.reset === undefined ? {} : { reset: counting.reset }),
    ...(reading.interval === undefined ? {} : { intervalMs: reading.interval }),
    ...(read_by_code === undefined ? {} : { readByCode: read_by_code }),
    ...(counting.falls_when_reset === undefined ? {} : { fallsWhenReset: counting.falls_when_reset }),
    ...(group_by === undefined ? {} : { groupBy: group_by }),
    ...(on_duplicate === undefined ? {} : { onDuplicate: on_duplicate }),
    ...(counting.inherits === undefined ? {} : { inheritsCounters: counting.inherits }),
    identity: identity ?? [],
    takesLocks: reading.takes_locks ?? false,
    variants: variants ?? [],
  }
}

/** What an entry says by itself: its name is its key. */
export type Unnamed<Entry> = Omit<Entry, 'name'>
