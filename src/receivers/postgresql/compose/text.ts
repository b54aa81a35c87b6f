import type { SliceDefinition } from '../../../metadata/query.ts'
import type { Extension } from '../server/capabilities.ts'

/** What a statement's $1, $2, ... stand for. `after` and `rows`: where a slice begins, and how much it reads. */
export type Parameter = 'databases' | 'after' | 'rows'

export interface ParameterizedText {
  readonly text: string
  readonly parameters: readonly Parameter[]
}

/** The text of a query and how it is to be sent. */
export interface ComposedText extends ParameterizedText {
  /** Read in slices, one statement each. */
  readonly slice?: Slice
}

/** Columns that a slice's rows have besides those of the query. */
export interface Slice {
  readonly rows: number
  /** The key of what was read, in its order: the next statement goes on after the last one. */
  readonly key: number
  /** A column that is NULL where the row was read but isn't one of the result; without it, all rows are. */
  readonly found?: number
}

export interface TextParts {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly sql: string }[]
  readonly from: string | undefined
  readonly where: string | undefined
  readonly groupBy: readonly string[] | undefined
  readonly resetSql: string | undefined
  readonly slice: { readonly of: SliceDefinition; readonly rows: number } | undefined
  readonly extensions: ReadonlyMap<string, Extension>
}

/** The SELECT of the given columns, then the reset token's, then those of the slice. */
export function composeText(parts: TextParts): ComposedText {
  const { from, where, groupBy = [], slice } = parts
  const selected = parts.columns.map(({ name, sql }) => `${sql} AS ${quote(name)}`)
  if (parts.resetSql !== undefined) selected.push(`${parts.resetSql} AS "reset$"`)
  const marked = (text: string) => bind(`SELECT /* otelephant ${parts.name} */ ${text}`, parts.extensions)
  if (slice === undefined) {
    const grouped = groupBy.length === 0 ? undefined : groupBy.join(', ')
    return marked(clauses(selected.join(', '), { FROM: from, WHERE: where, 'GROUP BY': grouped }))
  }
  const { of, rows } = slice
  const at = selected.length
  const key = `${of.key} AS "slice$"`
  const order = `ORDER BY ${of.key}`
  if (from === undefined && where === undefined) {
    return { ...marked(`${[...selected, key].join(', ')} FROM ${sliceText(of)} ${order}`), slice: { rows, key: at } }
  }
  // Without OFFSET 0 the planner joins whole catalogs for each slice instead of looking up the rows of the slice.
  const lookup = clauses(`SELECT ${[...selected, 'true AS "found$"'].join(', ')}`, {
    FROM: from,
    WHERE: where,
    OFFSET: '0',
  })
  const text = `"row$".*, ${key} FROM ${sliceText(of)} LEFT JOIN LATERAL (${lookup}) AS "row$" ON true ${order}`
  return { ...marked(text), slice: { rows, found: at, key: at + 1 } }
}

/**
 * The next rows in the order of the key. LIMIT is a subquery to hide the number from the planner: with it, and statistics
 * of a catalog that are older than most of its rows, the planner reads and sorts the whole catalog for each slice.
 */
function sliceText({ from, alias, where, key }: SliceDefinition): string {
  const condition = where === undefined ? '' : `(${where}) AND `
  return `(SELECT ${alias}.* FROM ${from} WHERE ${condition}${key} > $after ORDER BY ${key} LIMIT (SELECT $rows)) AS ${alias}`
}

function clauses(head: string, tail: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(tail).flatMap(([keyword, content]) =>
    content === undefined ? [] : `${keyword} ${content}`,
  )
  return [head, ...given].join(' ')
}

const types = { databases: 'oid[]', after: 'oid', rows: 'int8' } as const satisfies Record<Parameter, string>

/** Numbers the named parameters and puts the extensions' schemas in; in one pass, since a schema may be named anything. */
function bind(text: string, extensions: ReadonlyMap<string, Extension>): ParameterizedText {
  const parameters: Parameter[] = []
  const place = (name: Parameter) => {
    if (!parameters.includes(name)) parameters.push(name)
    return `$${parameters.indexOf(name) + 1}::${types[name]}`
  }
  const bound = text.replaceAll(
    /@extschema:(\w+)@|\$(databases|after|rows)\b/g,
    (_, extension?: string, name?: string) => {
      if (extension !== undefined) return extensions.get(extension)?.schema ?? quote(extension)
      return place(name === 'after' || name === 'rows' ? name : 'databases')
    },
  )
  return { text: bound, parameters }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
