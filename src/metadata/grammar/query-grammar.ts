import { z } from 'zod'
import { duration } from '../../config/duration.ts'
import type { ColumnDefinition, QueryDefinition, QueryVariant, SliceDefinition, TopDefinition } from '../query.ts'
import type { RequiresGrammar } from './requirements-grammar.ts'

const sql = z.string().trim().min(1)

const top = z.strictObject({
  rows: z.int().min(1),
  by: z.array(z.string()).min(1),
  others: z.array(z.string()).min(1),
  set: z.string().min(1).exactOptional(),
}) satisfies z.ZodType<TopDefinition>

/** One relation, maybe of a schema or of an extension's, and its alias. */
const slicedRelation = /^(?:[\w@:]+\.)?\w+\s+AS\s+(?<alias>\w+)$/i

const slice = z
  .strictObject(
    {
      from: sql.regex(slicedRelation, {
        error:
          "expected one relation and its alias, such as pg_class AS c; what is looked up for its rows is the query's from",
      }),
      where: sql.exactOptional(),
      key: sql.regex(/^\w+\.\w+$/, { error: 'expected a column with the alias of its relation, such as c.oid' }),
    },
    {
      error: ({ code }) =>
        code === 'invalid_type' ? 'expected {from, where, key}, such as {from: pg_class AS c, key: c.oid}' : undefined,
    },
  )
  .transform(
    (given): SliceDefinition => ({ ...given, alias: slicedRelation.exec(given.from)?.groups?.['alias'] ?? '' }),
  )

/** How a query is read from the server. */
const read = z.strictObject({
  interval: duration.refine((ms) => ms > 0, { error: 'expected a duration above zero' }).exactOptional(),
  slice: slice.exactOptional(),
  takes_locks: z.boolean().exactOptional(),
})

const reset = z.strictObject({ sql, exact: z.boolean() })

/** How a variant's counters begin anew. */
const variantCounters = z.strictObject({
  reset: reset.exactOptional(),
  falls_when_reset: z.boolean().exactOptional(),
})

const counters = variantCounters.extend({ inherits: z.boolean().exactOptional() })

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
  const column = z
    .strictObject({
      sql: sql.exactOptional(),
      computed: z.array(z.string()).exactOptional(),
      type: z.enum(['int', 'double', 'string', 'bool', 'timestamp']),
      requires: requires.exactOptional(),
    })
    .refine(({ sql: text, computed }) => (text === undefined) !== (computed === undefined), {
      error: 'expected exactly one of sql and computed',
    }) satisfies z.ZodType<ColumnDefinition>

  const variant = z
    .strictObject({
      requires: requires.exactOptional(),
      from: sql.exactOptional(),
      where: sql.exactOptional(),
      counters: variantCounters.exactOptional(),
      columns: z.record(z.string(), column).exactOptional(),
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
      description: z.string().min(1),
      scope: z.enum(['server', 'database']),
      from: sql.exactOptional(),
      where: sql.exactOptional(),
      identity: z.array(z.string()).exactOptional(),
      entity: z.record(z.string(), z.string()).exactOptional(),
      attributes: z.record(z.string(), z.string()).exactOptional(),
      read: read.exactOptional(),
      counters: counters.exactOptional(),
      top: top.exactOptional(),
      read_by_code: z.array(z.string()).min(1).exactOptional(),
      group_by: z.array(z.string()).min(1).exactOptional(),
      on_duplicate: z.enum(['sum', 'max']).exactOptional(),
      requires: requires.exactOptional(),
      columns: z.record(z.string(), column),
      variants: z.array(variant).min(1).exactOptional(),
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
