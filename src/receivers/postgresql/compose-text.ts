import type { Extension } from './capabilities.ts'

/** The text of a statement and how it is to be sent. */
export interface ComposedText {
  readonly text: string
  /** What $1, $2, ... stand for. */
  readonly parameters: readonly ('databases' | 'after')[]
  /** Read in keyset slices of so many rows; the key is that column, the last. */
  readonly slice?: { readonly rows: number; readonly column: number }
  /** The result is cut here. Without slices one row more is asked for, to know whether it was. */
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
 * The SELECT of the given columns, then the reset token's, then the slice's key. A limit of no more rows than a slice
 * has needs no slices; one of more says which keys there are.
 */
export function composeText(parts: TextParts): ComposedText {
  const { from, where, groupBy = [], limit } = parts
  const slice = limit !== undefined && limit.rows <= (parts.slice?.rows ?? limit.rows) ? undefined : parts.slice
  const selected = parts.columns.map(({ name, sql }) => `${sql} AS ${quote(name)}`)
  if (parts.resetSql !== undefined) selected.push(`${parts.resetSql} AS "reset$"`)
  if (slice !== undefined) selected.push(`${slice.sql} AS "slice$"`)
  const conditions = [
    ...(where === undefined ? [] : [where]),
    ...(slice === undefined ? [] : [`${slice.sql} > $after`]),
  ]
  const rows = [clause('FROM', from), clause('WHERE', all(conditions))]
  if (slice !== undefined && limit !== undefined) {
    const keys = ['SELECT', slice.sql, clause('FROM', from), clause('WHERE', where), largest(limit, limit.rows)]
    rows[1] = clause('WHERE', all([...conditions, `${slice.sql} IN (${join(keys)})`]))
  }
  const { text, parameters } = bind(
    join([
      `/* otelephant ${parts.name} */ SELECT ${selected.join(', ')}`,
      ...rows,
      clause('GROUP BY', groupBy.length === 0 ? undefined : groupBy.join(', ')),
      // The slice's size is written out: a parameter would hide it from the planner.
      slice === undefined ? limit && largest(limit, limit.rows + 1) : `ORDER BY ${slice.sql} LIMIT ${slice.rows}`,
    ]),
    parts.extensions,
  )
  return {
    text,
    parameters,
    ...(slice === undefined ? {} : { slice: { rows: slice.rows, column: selected.length - 1 } }),
    ...(limit === undefined ? {} : { limitRows: limit.rows }),
  }
}

function largest({ orderBy }: { readonly orderBy: string }, rows: number): string {
  return `ORDER BY ${orderBy} LIMIT ${rows}`
}

function clause(keyword: string, content: string | undefined): string | undefined {
  return content === undefined ? undefined : `${keyword} ${content}`
}

function all(conditions: readonly string[]): string | undefined {
  if (conditions.length < 2) return conditions[0]
  return conditions.map((each) => `(${each})`).join(' AND ')
}

function join(clauses: readonly (string | undefined)[]): string {
  return clauses.filter((each) => each !== undefined).join(' ')
}

/** Numbers the named parameters and puts the extensions' schemas in; in one pass, since a schema may be named anything. */
function bind(text: string, extensions: ReadonlyMap<string, Extension>) {
  const parameters: ('databases' | 'after')[] = []
  const bound = text.replaceAll(/@extschema:(\w+)@|\$(databases|after)\b/g, (_, extension?: string, name?: string) => {
    if (extension !== undefined) return extensions.get(extension)?.schema ?? quote(extension)
    const parameter = name === 'databases' ? 'databases' : 'after'
    if (!parameters.includes(parameter)) parameters.push(parameter)
    return `$${parameters.indexOf(parameter) + 1}::${parameter === 'databases' ? 'oid[]' : 'oid'}`
  })
  return { text: bound, parameters }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
