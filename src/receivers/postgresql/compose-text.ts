import type { Extension } from './capabilities.ts'

/** What a statement's $1, $2, ... stand for. */
export type Parameter = 'databases' | 'after'

export interface Statement {
  readonly text: string
  readonly parameters: readonly Parameter[]
}

/** The text of a query and how it is to be sent. */
export interface ComposedText extends Statement {
  /** Read in slices of so many rows, one statement each. */
  readonly slice?: Slice
}

/** By the key, which is that column, the last: each statement goes on where the one before ended. */
export interface Slice {
  readonly rows: number
  readonly column: number
}

export interface TextParts {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly sql: string }[]
  readonly from: string | undefined
  readonly where: string | undefined
  readonly groupBy: readonly string[] | undefined
  readonly resetSql: string | undefined
  readonly slice: { readonly sql: string; readonly rows: number } | undefined
  readonly extensions: ReadonlyMap<string, Extension>
}

/** The SELECT of the given columns, then the reset token's, then the slice's key. */
export function composeText(parts: TextParts): ComposedText {
  const { from, where, groupBy = [], slice } = parts
  const selected = parts.columns.map(({ name, sql }) => `${sql} AS ${quote(name)}`)
  if (parts.resetSql !== undefined) selected.push(`${parts.resetSql} AS "reset$"`)
  const marked = (text: string) => bind(`SELECT /* otelephant ${parts.name} */ ${text}`, parts.extensions)
  const select = (columns: readonly string[], condition: string | undefined, tail: string | undefined) => {
    const conditions = [where, condition].filter((each) => each !== undefined)
    const grouped = clause('GROUP BY', groupBy.length === 0 ? undefined : groupBy.join(', '))
    return join([columns.join(', '), clause('FROM', from), clause('WHERE', all(conditions)), grouped, tail])
  }
  if (slice === undefined) return marked(select(selected, undefined, undefined))
  const columns = [...selected, `${slice.sql} AS "slice$"`]
  // The slice's size is written out: a parameter would hide it from the planner.
  const text = select(columns, `${slice.sql} > $after`, `ORDER BY ${slice.sql} LIMIT ${slice.rows}`)
  return { ...marked(text), slice: { rows: slice.rows, column: columns.length - 1 } }
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
function bind(text: string, extensions: ReadonlyMap<string, Extension>): Statement {
  const parameters: Parameter[] = []
  const place = (name: Parameter, type: 'oid' | 'oid[]') => {
    if (!parameters.includes(name)) parameters.push(name)
    return `$${parameters.indexOf(name) + 1}::${type}`
  }
  const bound = text.replaceAll(/@extschema:(\w+)@|\$(databases|after)\b/g, (_, extension?: string, name?: string) => {
    if (extension !== undefined) return extensions.get(extension)?.schema ?? quote(extension)
    if (name === 'after') return place('after', 'oid')
    return place('databases', 'oid[]')
  })
  return { text: bound, parameters }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
