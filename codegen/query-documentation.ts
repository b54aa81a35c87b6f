import { formatDuration } from '../src/config/duration.ts'
import type { ColumnDefinition, QueryDefinition } from '../src/metadata/query.ts'
import { requirementText } from './requirement-text.ts'

/** A query in documentation.md; everything is text for people, `''` where there is nothing. */
export interface QueryView {
  readonly name: string
  readonly description: string
  readonly scope: string
  readonly interval: string
  readonly fold: string
  readonly requires: string
  readonly statements: readonly { readonly title: string; readonly sql: string }[]
}

export function queryView(query: QueryDefinition): QueryView {
  const variants = query.variants.map(({ columns, requires, from, where }) => ({
    title: requirementText(requires) || 'otherwise',
    sql: statement({ ...query.columns, ...columns }, from ?? query.from, where ?? query.where, query.groupBy),
  }))
  return {
    name: query.name,
    description: query.description,
    scope: query.scope === 'server' ? 'once per server' : 'once in every database',
    interval: intervalOf(query),
    fold: foldText(query),
    requires: requirementText(query.requires),
    statements:
      variants.length > 0
        ? variants
        : [{ title: '', sql: statement(query.columns, query.from, query.where, query.groupBy) }],
  }
}

/** The whole statement, as if every metric were enabled. */
function statement(
  columns: Readonly<Record<string, ColumnDefinition>>,
  from: string | undefined,
  where: string | undefined,
  groupBy: readonly string[] | undefined,
): string {
  const keys = (groupBy ?? []).flatMap((column) => columns[column]?.sql ?? [])
  const selected = Object.entries(columns).flatMap(([name, { sql }]) =>
    sql === undefined ? [] : [`  ${sql} AS ${name}`],
  )
  return [
    `SELECT\n${selected.join(',\n')}`,
    ...(from === undefined ? [] : [`FROM ${from}`]),
    ...(where === undefined ? [] : [`WHERE ${where}`]),
    ...(keys.length === 0 ? [] : [`GROUP BY ${keys.join(', ')}`]),
  ].join('\n')
}

/** Which rows keep series of their own. */
function foldText({ fold }: QueryDefinition): string {
  return fold === undefined ? '' : `the ${fold.rows} rows with the largest share of ${fold.by.join(', ')}`
}

/** How often the query runs, for people. */
export function intervalOf({ intervalMs }: QueryDefinition): string {
  return intervalMs === undefined ? 'every `collection_interval`' : `every ${formatDuration(intervalMs)}`
}
