/** A table that a statement names. */
export interface Relation {
  /** Where the name starts, in bytes of UTF-8. */
  readonly location: number
}

/** Nodes that are skipped: handled elsewhere, named in FROM already (maybe by an alias), or a composite type. */
const passedOver = new Set(['withClause', 'lockedRels', 'typevar'])

interface Visit {
  readonly node: unknown
  /** The WITH queries in scope: their names are no tables. */
  readonly hidden: ReadonlySet<string>
}

/**
 * The relations that libpg_query's parse tree names, in the order of the text. Goes by the shape of its nodes, which are
 * some 270 kinds; iteratively, because a tree may be 10,000 levels deep.
 */
export function relationsOf(tree: unknown): readonly Relation[] {
  const found: Relation[] = []
  const visits: Visit[] = [{ node: tree, hidden: new Set() }]
  for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
    const { node } = visit
    if (Array.isArray(node)) {
      for (const child of node) visits.push({ node: child, hidden: visit.hidden })
    } else if (isRecord(node)) {
      const relation = relationOf(node, visit.hidden)
      if (relation !== undefined) found.push(relation)
      const hidden = visitWith(node['withClause'], visit.hidden, visits)
      for (const [key, child] of Object.entries(node)) {
        if (!passedOver.has(key) && typeof child === 'object') visits.push({ node: child, hidden })
      }
    }
  }
  return found.toSorted((left, right) => left.location - right.location)
}

function relationOf(node: Readonly<Record<string, unknown>>, hidden: ReadonlySet<string>): Relation | undefined {
  const { relname, schemaname, location = 0 } = node
  if (typeof relname !== 'string' || typeof location !== 'number') return undefined
  return schemaname === undefined && hidden.has(relname) ? undefined : { location }
}

/** A query of a WITH sees those before it; of a WITH RECURSIVE, all of them. */
function visitWith(clause: unknown, outer: ReadonlySet<string>, visits: Visit[]): ReadonlySet<string> {
  if (!isRecord(clause) || !Array.isArray(clause['ctes'])) return outer
  const queries = clause['ctes']
    .map((one: unknown) => (isRecord(one) ? one['CommonTableExpr'] : undefined))
    .filter(isRecord)
  const names = queries.map((query) => String(query['ctename']))
  for (const [index, query] of queries.entries()) {
    const visible = clause['recursive'] === true ? names : names.slice(0, index)
    visits.push({ node: query['ctequery'], hidden: outer.union(new Set(visible)) })
  }
  return outer.union(new Set(names))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
