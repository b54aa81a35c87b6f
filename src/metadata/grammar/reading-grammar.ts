import { z } from 'zod'
import { duration } from '../../config/duration.ts'
import type { SliceDefinition, TopDefinition } from '../query.ts'
import { key } from './key.ts'

export const sql = z.string().trim().min(1)

/** Which rows of a query have series of their own. */
export const top = z.strictObject({
  rows: key(z.int().min(1), 'about how many; `limits` in the configuration says otherwise', '100'),
  by: key(
    z.array(z.string()).min(1),
    'the columns that rank them: those that are asked for anyway; all of them where none is',
    '[inserted]',
  ),
  others: key(
    z.array(z.string()).min(1),
    'the columns in whose place the series of the rest have `(other)`. Other labels stay: with `others: [relation]` there is one `(other)` of each schema',
    '[schema, relation]',
  ),
  set: key(z.string().min(1).exactOptional(), 'queries of the same set and identity keep the same rows', 'table'),
}) satisfies z.ZodType<TopDefinition>

/** One relation, maybe of a schema or of an extension's, and its alias. */
const slicedRelation = /^(?:[\w@:]+\.)?\w+\s+AS\s+(?<alias>\w+)$/i

const slice = z
  .strictObject(
    {
      from: key(
        sql.regex(slicedRelation, {
          error:
            "expected one relation and its alias, such as pg_class AS c; what is looked up for its rows is the query's from",
        }),
        'one relation with its alias',
        'pg_class AS c',
      ),
      where: key(sql.exactOptional(), 'a condition on it alone', "c.relkind = 'r'"),
      key: key(
        sql.regex(/^\w+\.\w+$/, { error: 'expected a column with the alias of its relation, such as c.oid' }),
        'a column of it of type oid with an index',
        'c.oid',
      ),
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
export const read = z.strictObject({
  interval: key(
    duration.refine((ms) => ms > 0, { error: 'expected a duration above zero' }).exactOptional(),
    'not more often than this; configuration may say otherwise',
    '5m',
  ),
  slice: key(
    slice.exactOptional(),
    "rows are read some hundred at a time. The query's own `from` and `where` are looked up for each row of the slice. What is the same for all rows belongs in a scalar subquery or `ARRAY(SELECT ...)`, which is asked once; a join would be made for every row",
    '{from: pg_class AS c, key: c.oid}',
  ),
  takes_locks: key(
    z.boolean().exactOptional(),
    'it may wait for locks of relations: it has a connection of its own, which is closed after',
    'true',
  ),
})

const reset = z.strictObject({
  sql: key(sql, 'a timestamp', '"(SELECT stats_reset FROM pg_stat_archiver)"'),
  exact: key(
    z.boolean(),
    'whether it moves when the counters are zeroed, and only then, and is read in one snapshot with them',
    'true',
  ),
})

/** How a variant's counters begin anew. */
export const variantCounters = z.strictObject({
  reset: key(reset.exactOptional(), 'a timestamp that moves when they are zeroed', '{sql: s.stats_reset, exact: true}'),
  falls_when_reset: key(
    z.boolean().exactOptional(),
    'one counter of a row that falls proves that the row was counted from zero. Never so of sums over things that come and go',
    'true',
  ),
})

/** How a query's counters begin anew. */
export const counters = variantCounters.extend({
  inherits: key(
    z.boolean().exactOptional(),
    "a new row may have another's counters, so they don't count from zero",
    'true',
  ),
})
