/** Statements that the planner takes, by the kind of their node; VALUES and TABLE are selects too. */
const plannable: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

/**
 * Whether a parse tree is of nothing but statements that the planner takes. Of these alone the server's id doesn't depend
 * on the values in them; of any other it may be a hash of a password.
 */
export function hasSafeId(tree: unknown): boolean {
  const statements = field(tree, 'stmts')
  if (!Array.isArray(statements) || statements.length === 0) return false
  return statements.every((one: unknown) => {
    const node = field(one, 'stmt')
    const [kind = ''] = Object.keys(isRecord(node) ? node : {})
    return plannable.has(kind) && !selectsInto(field(node, kind))
  })
}

/** SELECT INTO is a CREATE TABLE AS. Of several selects joined by UNION the first one says so. */
function selectsInto(select: unknown): boolean {
  for (let part = select; part !== undefined; part = field(part, 'larg')) {
    if (field(part, 'intoClause') !== undefined) return true
  }
  return false
}

function field(node: unknown, name: string): unknown {
  return isRecord(node) ? node[name] : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
