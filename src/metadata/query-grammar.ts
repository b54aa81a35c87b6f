import { z } from 'zod'
import { duration } from '../config/duration.ts'
import type { ColumnDefinition, FoldDefinition, QueryDefinition, QueryVariant, SliceDefinition } from './query.ts'
import { requirements } from './requirements-grammar.ts'

const sql = z.string().trim().min(1)

const column = z
  .strictObject({
    sql: sql.exactOptional(),
    computed: z.array(z.string()).exactOptional(),
    type: z.enum(['int', 'double', 'string', 'bool', 'timestamp']),
    requires: requirements.exactOptional(),
  })
  .refine(({ sql: text, computed }) => (text === undefined) !== (computed === undefined), {
    error: 'expected exactly one of sql and computed',
  }) satisfies z.ZodType<ColumnDefinition>

const fold = z.strictObject({
  rows: z.int().min(1),
  by: z.array(z.string()).min(1),
  others: z.array(z.string()).min(1),
  set: z.string().min(1).exactOptional(),
}) satisfies z.ZodType<FoldDefinition>

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

const reset = z.strictObject({ sql, exact: z.boolean() })

const variant = z
  .strictObject({
    requires: requirements.exactOptional(),
    from: sql.exactOptional(),
    where: sql.exactOptional(),
    reset: reset.exactOptional(),
    falls_when_reset: z.boolean().exactOptional(),
    columns: z.record(z.string(), column).exactOptional(),
  })
  .transform(
    ({ columns = {}, falls_when_reset, ...rest }): QueryVariant => ({
      ...rest,
      ...(falls_when_reset === undefined ? {} : { fallsWhenReset: falls_when_reset }),
      columns,
    }),
  )

/** An entry of `queries`. */
export const query = z
  .strictObject({
    description: z.string().min(1),
    scope: z.enum(['server', 'database']),
    interval: duration.refine((ms) => ms > 0, { error: 'expected a duration above zero' }).exactOptional(),
    from: sql.exactOptional(),
    where: sql.exactOptional(),
    identity: z.array(z.string()).exactOptional(),
    slice: slice.exactOptional(),
    fold: fold.exactOptional(),
    falls_when_reset: z.boolean().exactOptional(),
    read_by_code: z.array(z.string()).min(1).exactOptional(),
    group_by: z.array(z.string()).min(1).exactOptional(),
    on_duplicate: z.enum(['sum', 'max']).exactOptional(),
    reset: reset.exactOptional(),
    takes_locks: z.boolean().exactOptional(),
    inherits_counters: z.boolean().exactOptional(),
    requires: requirements.exactOptional(),
    columns: z.record(z.string(), column),
    variants: z.array(variant).min(1).exactOptional(),
  })
  .transform(
    ({
      interval,
      falls_when_reset,
      read_by_code,
      group_by,
      on_duplicate,
      takes_locks,
      inherits_counters,
      identity,
      variants,
      ...rest
    }): Unnamed<QueryDefinition> => ({
      ...rest,
      ...(interval === undefined ? {} : { intervalMs: interval }),
      ...(read_by_code === undefined ? {} : { readByCode: read_by_code }),
      ...(falls_when_reset === undefined ? {} : { fallsWhenReset: falls_when_reset }),
      ...(group_by === undefined ? {} : { groupBy: group_by }),
      ...(on_duplicate === undefined ? {} : { onDuplicate: on_duplicate }),
      ...(inherits_counters === undefined ? {} : { inheritsCounters: inherits_counters }),
      identity: identity ?? [],
      takesLocks: takes_locks ?? false,
      variants: variants ?? [],
    }),
  )

/** What an entry says by itself: its name is its key. */
export type Unnamed<Entry> = Omit<Entry, 'name'>
