/** Fields of libpg_query's parse tree that hold one name. What isn't here may be a value. */
const nameFields: ReadonlySet<string> = new Set(
  `accessMethod access_method aliasname amname catalogname colname conditionname conname ctename cursor_name
  cycle_mark_column cycle_path_column database dbname defname defnamespace eventname extname fdwname idxname indexcolname indexname
  indexspace join_using_alias lang local_schema name newname new_tablespacename newschema orig_tablespacename plname
  policy_name portalname priv_name provider pubname refname relname remote_schema role rolename rulename savepoint_name
  schemaname search_seq_column server_name servername strategy storage_name subname tablespacename tableSpace trigname
  compression`.split(/\s+/),
)

/** Fields that hold a list of names. */
const listFields: ReadonlySet<string> = new Set(
  `aliascolnames aliases attlist cfgname classname collation collname colnames cols columns conversion_name
  cycle_col_list defnames dictname dicts domainname fields fk_attrs fk_del_set_cols func_name func_options funcname
  handler_name indirection keys method names name object objects objname opclass opclassname operName opername
  opfamilyname pk_attrs plhandler plinline plvalidator publication search_col_list stat_types tokentype typeName useOp
  usingClause va_cols`.split(/\s+/),
)

/** Whatever stands there is a value, though the grammar may take it for the name of a column. */
const valueFields: ReadonlySet<string> = new Set(['bound', 'partbound'])

const functionParts =
  `sfunc stype finalfunc combinefunc serialfunc deserialfunc msfunc minvfunc mstype mfinalfunc sortop
  leftarg rightarg function procedure restrict join commutator negator template parser copy input output receive send
  typmod_in typmod_out analyze subscript start gettoken end headline lextypes init lexize provider subtype
  subtype_opclass collation canonical subtype_diff multirange_type_name like element basetype`.split(/\s+/)

/** Options that name something, by the kind of node that they stand in. Any other option's word is a value. */
const nameOptions: Readonly<Record<string, ReadonlySet<string>>> = {
  AlterDatabaseStmt: new Set(['tablespace']),
  AlterDefaultPrivilegesStmt: new Set(['schemas', 'roles']),
  AlterFunctionStmt: new Set(['set']),
  AlterRoleStmt: new Set(['rolemembers']),
  AlterSeqStmt: new Set(['owned_by', 'sequence_name', 'as']),
  Constraint: new Set(['owned_by', 'sequence_name', 'as']),
  CreateExtensionStmt: new Set(['schema']),
  CreateFunctionStmt: new Set(['language', 'set']),
  CreateRangeStmt: new Set(functionParts),
  CreateRoleStmt: new Set(['addroleto', 'adminmembers', 'rolemembers']),
  CreateSeqStmt: new Set(['owned_by', 'sequence_name', 'as']),
  CreatedbStmt: new Set(['owner', 'tablespace', 'template']),
  DefineStmt: new Set(functionParts),
  DoStmt: new Set(['language']),
}

interface Visit {
  readonly node: unknown
  /** The nearest kind of node around it, and the field of that node. */
  readonly kind: string
  readonly field: string
}

/**
 * The names in a parse tree of libpg_query: what stands in a place that holds names and nothing else. A word of the text
 * that is neither among them nor a keyword is a value (`SET app.key = word`, `WITH (option = word)`).
 */
export function namesOf(tree: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  const visits: Visit[] = [{ node: tree, kind: '', field: '' }]
  for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
    const { node, kind, field } = visit
    if (Array.isArray(node)) {
      for (const child of node) visits.push({ node: child, kind, field })
    } else if (isRecord(node)) {
      for (const [key, child] of Object.entries(node)) visitChild(key, child, visit, visits, names)
    }
  }
  return names
}

function visitChild(key: string, child: unknown, visit: Visit, visits: Visit[], names: Set<string>): void {
  const { kind, field } = visit
  if (key === 'String' && isRecord(child)) {
    if (listFields.has(field) || kind === 'option') addName(child['sval'], names)
  } else if (typeof child === 'string') {
    if (nameFields.has(key)) addName(child, names)
    else if (child === 'ROLESPEC_PUBLIC') addName('public', names)
  } else if (key === 'DefElem' && isRecord(child)) {
    addName(child['defname'], names)
    addName(child['defnamespace'], names)
    const named = nameOptions[kind]?.has(String(child['defname'])) === true
    if (named) visits.push({ node: child['arg'], kind: 'option', field: 'arg' })
  } else if (isValue(key, kind)) {
    // Nothing in it is a name.
  } else if (/^[A-Z]/.test(key)) {
    // A list is part of the field that it stands in.
    visits.push({ node: child, kind: key === 'List' ? kind : key, field })
  } else {
    visits.push({ node: child, kind, field: key === 'items' ? field : key })
  }
}

function isValue(key: string, kind: string): boolean {
  if (key === 'A_Const' || valueFields.has(key)) return true
  return (key === 'params' && kind === 'ExecuteStmt') || (key === 'args' && kind === 'VariableSetStmt')
}

/** The name of a setting has dots in it. */
function addName(name: unknown, names: Set<string>): void {
  if (typeof name !== 'string') return
  names.add(name)
  for (const part of name.split('.')) names.add(part)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
