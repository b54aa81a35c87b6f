import type { Connection } from '../connection/connection.ts'
import type { Denials } from './denials.ts'

/** What a view of the system computes, in the parts of which a query may need some and not others. */
export interface ViewParts {
  /** By column: its expression. */
  readonly columns: ReadonlyMap<string, string>
  /** What every query of the view needs: FROM, WHERE and so on. */
  readonly from: string
}

/** A view's functions run with the caller's rights, and only those of the columns that are asked for. */
const definitionsText = `SELECT /* otelephant views */ c.relname, pg_get_viewdef(c.oid) FROM pg_class AS c
  WHERE c.relkind = 'v' AND c.relname = ANY ($1::text[]) AND (c.oid < 16384
    OR EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))`

/** Of these relations the views; none where nothing is denied but what is denied to everybody from the start. */
export async function readViews(
  connection: Connection,
  denials: Denials,
  relations: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ViewParts>> {
  if (!denials.all.some(({ isUsual }) => !isUsual) || denials.findIn(definitionsText) !== undefined) return new Map()
  const rows = await connection.query('views', definitionsText, [relations], signal)
  return new Map(rows.map(([name, definition]) => [name ?? '', viewParts(definition ?? '')]))
}

/** @param definition as pg_get_viewdef() prints it */
export function viewParts(definition: string): ViewParts {
  const list = /^\s*SELECT\s/.exec(definition)?.[0].length ?? 0
  const end = topLevel(definition, list, /\n {3}FROM /y).at(0) ?? definition.length
  const commas = topLevel(definition, list, /,/y).filter((place) => place < end)
  const starts = [list, ...commas.map((place) => place + 1)]
  const columns = starts.map((start, index) => {
    const expression = definition.slice(start, commas[index] ?? end).trim()
    return [/"?(\w+)"?;?$/.exec(expression)?.[1] ?? '', expression] as const
  })
  return { columns: new Map(columns), from: definition.slice(end) }
}

/** Where the pattern stands outside of parentheses and quotes. */
function topLevel(text: string, start: number, pattern: RegExp): number[] {
  const places: number[] = []
  let depth = 0
  let isQuoted = false
  for (let place = start; place < text.length; place++) {
    const char = text[place]
    if (char === "'") isQuoted = !isQuoted
    if (isQuoted) continue
    if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    pattern.lastIndex = place
    if (depth === 0 && pattern.test(text)) places.push(place)
  }
  return places
}
