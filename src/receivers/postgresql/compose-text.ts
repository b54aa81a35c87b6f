import type { Extension } from './capabilities.ts'

/** The text of a statement and how it is to be sent. */
export interface ComposedText {
  readonly text: string
  /** What $1, $2, ... stand for. */
  readonly parameters: readonly ('databases' | 'after')[]
  /** Read in keyset slices of so many rows; the key is that column, the last. */
  readonly slice?: { readonly rows: number; readonly column: number }
  /** The result is cut here; one row more is asked for, to know whether it was. */
  readonly limitRows?: number
}

export interface TextParts {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly sql: string }[]
  readonly from: string | undefined
  readonly where: string | undefined
  readonly groupBy: readonly string[] | undefined
  readonly resetSql: string | undefined
  readonly limit: { readonly rows: number; readonly orderBy: string } | undefined
  readonly slice: { readonly sql: string; readonly rows: number } | undefined
  readonly extensions: ReadonlyMap<string, Extension>
}

/**
 * The SELECT of the given columns, then the reset token's, then the slice's key. A limit beats the slices: so few rows
 * need none.
 */
export function composeText(parts: TextParts): ComposedText {
  const limited = parts.limit !== undefined
  const sliced = limited ? undefined : parts.slice
  const selected = parts.columns.map(({ name, sql }) => `${sql} AS ${quote(name)}`)
  if (parts.resetSql !== undefined) selected.push(`${parts.resetSql} AS "reset$"`)
  if (sliced !== undefined) selected.push(`${sliced.sql} AS "slice$"`)
  const conditions = [
    ...(parts.where === undefined ? [] : [parts.where]),
    ...(sliced === undefined ? [] : [`${sliced.sql} > $after`]),
  ]
  const clauses = [
    `/* otelephant ${parts.name} */ SELECT ${selected.join(', ')}`,
    ...(parts.from === undefined ? [] : [`FROM ${parts.from}`]),
    ...(conditions.length === 0
      ? []
      : [`WHERE ${conditions.length === 1 ? conditions[0] : conditions.map((each) => `(${each})`).join(' AND ')}`]),
    ...(parts.groupBy === undefined || parts.groupBy.length === 0 ? [] : [`GROUP BY ${parts.groupBy.join(', ')}`]),
    ...(parts.limit === undefined ? [] : [`ORDER BY ${parts.limit.orderBy} LIMIT ${parts.limit.rows + 1}`]),
    ...(sliced === undefined ? [] : [`ORDER BY ${sliced.sql} LIMIT $rows`]),
  ]
  const { text, parameters } = bind(clauses.join(' '), parts.extensions)
  return {
    // The slice's size is written out: a parameter would hide it from the planner.
    text: sliced === undefined ? text : text.replace('$rows', String(sliced.rows)),
    parameters,
    ...(sliced === undefined ? {} : { slice: { rows: sliced.rows, column: selected.length - 1 } }),
    ...(parts.limit === undefined ? {} : { limitRows: parts.limit.rows }),
  }
}

/** Numbers the named parameters and puts the extensions' schemas in. */
function bind(text: string, extensions: ReadonlyMap<string, Extension>) {
  const parameters: ('databases' | 'after')[] = []
  const bound = text
    .replaceAll(/@extschema:(\w+)@/g, (_, name: string) => extensions.get(name)?.schema ?? quote(name))
    .replaceAll(/\$(databases|after)\b/g, (_, name: 'databases' | 'after') => {
      if (!parameters.includes(name)) parameters.push(name)
      return `$${parameters.indexOf(name) + 1}::${name === 'databases' ? 'oid[]' : 'oid'}`
    })
  return { text: bound, parameters }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
