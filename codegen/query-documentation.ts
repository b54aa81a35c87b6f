import { formatDuration } from '../src/config/duration.ts'
import type { QueryDefinition } from '../src/metadata/query.ts'
import { requirementText } from './requirement-text.ts'

/** A query in documentation.md; everything is text for people, `''` where there is nothing. */
export interface QueryView {
  readonly name: string
  readonly description: string
  readonly scope: string
  readonly interval: string
  readonly top: string
  readonly requires: string
  readonly statements: readonly { readonly title: string; readonly sql: string }[]
}

type Parts = Pick<QueryDefinition, 'columns' | 'from' | 'where' | 'groupBy' | 'slice'>

export function queryView(query: QueryDefinition): QueryView {
  const variants = query.variants.map(({ columns, requires, from, where }) => ({
    title: requirementText(requires) || 'otherwise',
    sql: statement({ ...query, columns: { ...query.columns, ...columns }, ...given({ from, where }) }),
  }))
  return {
    name: query.name,
    description: query.description,
    scope: query.scope === 'server' ? 'once per server' : 'once in every database',
    interval: intervalOf(query),
    top: topText(query),
    requires: requirementText(query.requires),
    statements: variants.length > 0 ? variants : [{ title: '', sql: statement(query) }],
  }
}

function given(parts: { readonly from: string | undefined; readonly where: string | undefined }) {
  return { ...(parts.from && { from: parts.from }), ...(parts.where && { where: parts.where }) }
}

/** The whole statement, as if every metric were enabled and all slices came at once. */
function statement({ columns, from, where, groupBy, slice }: Parts): string {
  const keys = (groupBy ?? []).flatMap((column) => columns[column]?.sql ?? [])
  const selected = Object.entries(columns).flatMap(([name, { sql }]) =>
    sql === undefined ? [] : [`  ${sql} AS ${name}`],
  )
  const relations = [slice?.from, from].filter((each) => each !== undefined)
  const conditions = [slice?.where, where].filter((each) => each !== undefined)
  const condition = conditions.length < 2 ? conditions[0] : conditions.map((each) => `(${each})`).join(' AND ')
  return [
    `SELECT${slice === undefined ? '' : ` /* in slices by ${slice.key} */`}\n${selected.join(',\n')}`,
    ...(relations.length === 0 ? [] : [`FROM ${relations.join(', ')}`]),
    ...(condition === undefined ? [] : [`WHERE ${condition}`]),
    ...(keys.length === 0 ? [] : [`GROUP BY ${keys.join(', ')}`]),
  ].join('\n')
}

/** Which rows keep series of their own. */
function topText({ top }: QueryDefinition): string {
  return top === undefined ? '' : `the ${top.rows} rows with the largest share of ${top.by.join(', ')}`
}

/** How often the query runs, for people. */
export function intervalOf({ intervalMs }: QueryDefinition): string {
  return intervalMs === undefined ? 'every `collection_interval`' : `every ${formatDuration(intervalMs)}`
}
