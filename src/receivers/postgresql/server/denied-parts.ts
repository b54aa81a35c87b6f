import type { QueryDefinition, QueryVariant, ResetDefinition } from '../../../metadata/query.ts'
import type { Capabilities } from './capabilities.ts'
import type { Denial } from './denials.ts'
import type { Omission } from './requirements.ts'
import { type Unmet, unmetDenial } from './requirements.ts'

/** The parts of a query that it can't be asked without, whatever columns are chosen, and its columns. */
export interface QueryTexts extends Pick<QueryVariant, 'columns'> {
  readonly from: string | undefined
  readonly where: string | undefined
  readonly reset: ResetDefinition | undefined
}

type Rights = Pick<Capabilities, 'denials' | 'views' | 'userName'>

/**
 * The query without the parts that the role may not use, or the reason why it can't be asked.
 * @param lose called with each part that is dropped
 */
export function permitted<Texts extends QueryTexts>(
  { name, identity, slice }: Pick<QueryDefinition, 'name' | 'identity' | 'slice'>,
  query: Texts,
  rights: Rights,
  lose: (omission: Omission) => void,
): Texts | Unmet {
  const always = identity.flatMap((column) => query.columns[column]?.sql ?? [])
  const sliced = slice === undefined ? undefined : deniedQuery(slice, rights)
  const because = sliced ?? deniedQuery(query, rights) ?? first(always, (sql) => deniedExpression(sql, query, rights))
  if (because !== undefined || query.reset === undefined) return because ?? query
  const unknownReset = deniedExpression(query.reset.sql, query, rights)
  if (unknownReset === undefined) return query
  // Without a reset token counters lose some increments after a reset, and invent none.
  lose({ metric: `resets of ${name}`, query: name, ...unknownReset })
  return { ...query, reset: undefined }
}

/** Why the query can't be asked at all, if something that it uses is denied. */
function deniedQuery(
  { from = '', where = '' }: { readonly from?: string | undefined; readonly where?: string | undefined },
  rights: Rights,
): Unmet | undefined {
  const texts = `${from} ${where}`
  const denial =
    rights.denials.findIn(texts) ??
    first(viewsIn(texts, rights), (view) => rights.denials.findInView(view.from)) ??
    deniedColumnOfView(where, texts, rights)
  return denial && unmetDenial(denial, rights.userName)
}

/** Why an expression of the query can't be asked. */
export function deniedExpression(
  sql: string,
  { from = '' }: Pick<QueryTexts, 'from'>,
  rights: Rights,
): Unmet | undefined {
  const denial =
    rights.denials.findIn(sql) ??
    first(viewsIn(sql, rights), (view) => rights.denials.findInView(view.from)) ??
    deniedColumnOfView(sql, `${from} ${sql}`, rights)
  return denial && unmetDenial(denial, rights.userName)
}

function deniedColumnOfView(sql: string, texts: string, rights: Rights): Denial | undefined {
  const words = new Set(sql.match(/\w+/g))
  return first(viewsIn(texts, rights), ({ columns }) =>
    first([...columns], ([name, expression]) => (words.has(name) ? rights.denials.findInView(expression) : undefined)),
  )
}

function viewsIn(text: string, { views }: Rights) {
  const words = new Set(text.match(/\w+/g))
  return [...views].flatMap(([name, parts]) => (words.has(name) ? [parts] : []))
}

function first<T, R>(things: readonly T[], find: (thing: T) => R | undefined): R | undefined {
  for (const thing of things) {
    const found = find(thing)
    if (found !== undefined) return found
  }
  return undefined
}
