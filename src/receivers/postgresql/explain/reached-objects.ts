/** What the grammar makes of IN, BETWEEN, LIKE, DISTINCT, USING, ...: looked up in the search_path like any operator. */
const impliedOperators = ['=', '<>', '<', '>', '<=', '>=', '~~', '!~~', '~~*', '!~~*', '~', '!~', '~*', '!~*'] as const

/** What functions of the system's that are written in SQL use without a schema; the planner puts their text in place. */
const inlinedOperators = ['+', '-', '*', '^', '||', '&', '>>'] as const

const signs = [...impliedOperators, ...inlinedOperators].map((sign) => `'${sign}'`).join(', ')

/** Every object of an initial server is below. */
export const firstOfUsers = 16_384

/**
 * Whether the statement may name an object of this name: true too often (a column of that name, a word of a comment),
 * never too seldom. Every run of letters, digits, _ and $ counts as a name, wherever it stands, and from every position
 * where a number or a parameter may end before it (`1evil`, `$1evil`). Names of other characters are looked for as
 * they are.
 */
const named = (name: string): string =>
  `(${name} = ANY (word.names) OR ${name} !~ '^[A-Za-z_][A-Za-z0-9_$]*$' COLLATE "C" AND (
      strpos(lower($1 COLLATE "C"), lower(replace(${name}, '"', '""') COLLATE "C")) > 0
      OR strpos(lower($1), lower(replace(${name}, '"', '""'))) > 0))`

/** An object of users' in one of the schemas where the statement looks for names, if it has a name that the statement has. */
const seed = (catalog: string, name: string, namespace: string, more = 'true'): string =>
  `SELECT '${catalog}'::regclass::oid AS class, x.oid AS object FROM ${catalog} AS x JOIN space ON space.oid = x.${namespace}, word
      WHERE x.oid >= ${firstOfUsers} AND ${more} AND ${named(`x.${name}`)}`

const seeds = [
  seed('pg_proc', 'proname', 'pronamespace'),
  seed('pg_type', 'typname', 'typnamespace'),
  seed('pg_class', 'relname', 'relnamespace', "x.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"),
  seed('pg_ts_config', 'cfgname', 'cfgnamespace'),
  seed('pg_ts_dict', 'dictname', 'dictnamespace'),
  `SELECT 'pg_operator'::regclass, o.oid FROM pg_operator AS o JOIN space ON space.oid = o.oprnamespace
      WHERE o.oid >= ${firstOfUsers} AND (o.oprname IN (${signs}) OR strpos($1, o.oprname) > 0)`,
  // These have no name that a statement could have, and are found by types and encodings.
  `SELECT 'pg_conversion'::regclass, c.oid FROM pg_conversion AS c JOIN space ON space.oid = c.connamespace
      WHERE c.oid >= ${firstOfUsers} AND c.condefault`,
  `SELECT 'pg_cast'::regclass, c.oid FROM pg_cast AS c
      WHERE c.oid >= ${firstOfUsers} AND c.castsource < ${firstOfUsers} AND c.casttarget < ${firstOfUsers}`,
  `SELECT 'pg_operator'::regclass, other.oid FROM pg_operator AS o CROSS JOIN LATERAL (VALUES (o.oprcom), (o.oprnegate)) AS other(oid)
      WHERE o.oid < ${firstOfUsers} AND other.oid >= ${firstOfUsers}`,
  // By the default for a type values are compared, sorted and hashed wherever they stand; other methods are for indexes.
  `SELECT 'pg_opclass'::regclass, o.oid FROM pg_opclass AS o JOIN pg_am AS a ON a.oid = o.opcmethod
      WHERE o.oid >= ${firstOfUsers} AND o.opcdefault AND o.opcintype < ${firstOfUsers} AND a.amname IN ('btree', 'hash')`,
]

/** Stored expressions, as PostgreSQL keeps them: the catalog, its key, and the text. One catalog has no such column in 13. */
const trees = [
  ['pg_rewrite', 'oid', "concat(x.ev_qual, ' ', x.ev_action)"],
  ['pg_policy', 'oid', "concat(x.polqual, ' ', x.polwithcheck)"],
  ['pg_attrdef', 'oid', 'x.adbin::text'],
  ['pg_constraint', 'oid', 'x.conbin::text'],
  ['pg_index', 'indexrelid', "concat(x.indexprs, ' ', x.indpred)"],
  ['pg_partitioned_table', 'partrelid', 'x.partexprs::text'],
  ['pg_statistic_ext', 'oid', "to_jsonb(x) ->> 'stxexprs'"],
] as const

const treeOf = (holder: string): string =>
  trees
    .map(([catalog, key, text]) => {
      const of = `SELECT ${text} FROM ${catalog} AS x WHERE x.${key} = ${holder}.object`
      return `${of} AND ${holder}.class = '${catalog === 'pg_index' ? 'pg_class' : catalog}'::regclass`
    })
    .join('\n      UNION ALL ')

/** What may stand as a number in a stored expression; pg_depend doesn't have all of them (the type of JSON_VALUE's result). */
const inTrees = ['pg_proc', 'pg_operator', 'pg_type', 'pg_class', 'pg_opclass', 'pg_opfamily']

const ofRelation = "w.class = 'pg_class'::regclass"
const ofType = "w.class = 'pg_type'::regclass"

/** From each object to those that planning may ask, evaluate or read because of it. Functions lead nowhere: see allow-list.ts. */
const steps = [
  // What the catalogs know of it. Not the relations and constraints that relations depend on: a partition on its parent,
  // an index on its table. Those that matter have steps of their own.
  `SELECT d.refclassid, d.refobjid FROM pg_depend AS d
      WHERE d.classid = CASE WHEN w.class = 'pg_partitioned_table'::regclass THEN 'pg_class'::regclass ELSE w.class END
        AND d.objid = w.object AND w.class <> 'pg_proc'::regclass AND d.refobjid >= ${firstOfUsers}
        AND d.refclassid NOT IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
        AND (w.class NOT IN ('pg_class'::regclass, 'pg_partitioned_table'::regclass)
          OR d.refclassid NOT IN ('pg_class'::regclass, 'pg_constraint'::regclass))`,
  `SELECT 'pg_type'::regclass, a.atttypid FROM pg_attribute AS a
      WHERE ${ofRelation} AND a.attrelid = w.object AND a.attnum > 0 AND a.atttypid >= ${firstOfUsers}`,
  `SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
      WHERE ${ofRelation} AND r.ev_class = w.object AND c.relkind <> 'm'`,
  `SELECT 'pg_policy'::regclass, p.oid FROM pg_policy AS p WHERE ${ofRelation} AND p.polrelid = w.object`,
  // Virtual columns are put in place wherever they are read.
  `SELECT 'pg_attrdef'::regclass, d.oid FROM word, pg_attrdef AS d
        JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
      WHERE ${ofRelation} AND d.adrelid = w.object AND (word.fills OR a.attgenerated = 'v')`,
  `SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c
      WHERE ${ofRelation} AND c.conrelid = w.object AND c.contype = 'c'`,
  `SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index AS i WHERE ${ofRelation} AND i.indrelid = w.object`,
  `SELECT 'pg_class'::regclass, i.inhrelid FROM pg_inherits AS i WHERE ${ofRelation} AND i.inhparent = w.object`,
  // What a partition may hold is an expression of its parents' keys.
  `SELECT 'pg_partitioned_table'::regclass, i.inhparent FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
      WHERE w.class IN ('pg_class'::regclass, 'pg_partitioned_table'::regclass) AND i.inhrelid = w.object
        AND c.relispartition AND c.relkind <> 'I' AND c.relkind <> 'i'`,
  `SELECT 'pg_statistic_ext'::regclass, s.oid FROM pg_statistic_ext AS s WHERE ${ofRelation} AND s.stxrelid = w.object`,
  `SELECT 'pg_type'::regclass, c.reltype FROM pg_class AS c WHERE ${ofRelation} AND c.oid = w.object AND c.reltype <> 0`,
  `SELECT 'pg_type'::regclass, t.typarray FROM pg_type AS t WHERE ${ofType} AND t.oid = w.object AND t.typarray <> 0`,
  `SELECT 'pg_cast'::regclass, c.oid FROM pg_cast AS c WHERE ${ofType} AND w.object IN (c.castsource, c.casttarget)`,
  `SELECT 'pg_opclass'::regclass, o.oid FROM pg_opclass AS o WHERE ${ofType} AND o.opcintype = w.object`,
  `SELECT 'pg_proc'::regclass, p.amproc::oid FROM pg_amproc AS p
      WHERE w.class = 'pg_opfamily'::regclass AND p.amprocfamily = w.object AND p.amproc::oid >= ${firstOfUsers}`,
  `SELECT 'pg_operator'::regclass, o.amopopr FROM pg_amop AS o
      WHERE w.class = 'pg_opfamily'::regclass AND o.amopfamily = w.object AND o.amopopr >= ${firstOfUsers}`,
  `SELECT 'pg_operator'::regclass, other.oid FROM pg_operator AS o CROSS JOIN LATERAL (VALUES (o.oprcom), (o.oprnegate)) AS other(oid)
      WHERE w.class = 'pg_operator'::regclass AND o.oid = w.object AND other.oid >= ${firstOfUsers}`,
  `SELECT known.class, known.oid FROM (${treeOf('w')}) AS stored(tree)
      CROSS JOIN LATERAL regexp_matches(stored.tree, '(?<!location) [(]?(?:[oi] )?([0-9]{5,10})(?=[ )}])', 'g') AS digits
      CROSS JOIN LATERAL (SELECT CASE WHEN digits[1]::bigint < 4294967296 THEN digits[1]::bigint::oid END) AS number(oid)
      JOIN LATERAL (${inTrees
        .map((catalog) => `SELECT '${catalog}'::regclass, x.oid FROM ${catalog} AS x WHERE x.oid = number.oid`)
        .join('\n        UNION ALL ')}) AS known(class, oid) ON known.oid >= ${firstOfUsers}`,
]

/**
 * The beginning of a query: `node` has the objects of users' that planning the statement may reach, by class and oid.
 * The parameters are those of the whole (plan-verdict.ts). `word.fills` is whether the statement may write columns that it
 * doesn't name; a rule may make a DELETE do so.
 */
export const reachedObjects = `WITH RECURSIVE run AS MATERIALIZED (
    SELECT DISTINCT run FROM unnest(regexp_split_to_array($1, '[^A-Za-z0-9_$]+' COLLATE "C")
      || regexp_split_to_array(lower($1 COLLATE "C"), '[^a-z0-9_$]+' COLLATE "C")) AS run
    WHERE run ~ '[A-Za-z_]' COLLATE "C"),
  word AS MATERIALIZED (
    SELECT names, names && '{insert,update,merge}'::name[] OR 'delete' = ANY (names)
        AND EXISTS (SELECT FROM pg_rewrite WHERE oid >= ${firstOfUsers} AND ev_type <> '1') AS fills
    FROM (SELECT COALESCE(array_agg(DISTINCT part::name), '{}') AS names FROM (
      SELECT run AS part FROM run
      UNION ALL SELECT substr(run, i) FROM run, generate_series(2, length(run)) AS i
        WHERE run ~ '^[0-9$]' AND length(run) <= 100) AS parts) AS found),
  space AS MATERIALIZED (
    SELECT n.oid FROM pg_namespace AS n, word
    WHERE n.nspname = ANY ($2::name[]) OR n.nspname = 'pg_catalog' OR n.oid = pg_my_temp_schema() OR ${named('n.nspname')}),
  seed AS MATERIALIZED (
    ${seeds.join('\n    UNION ALL ')}),
  walk AS (
    SELECT class, object FROM seed
    UNION SELECT next.class::oid, next.object FROM walk AS w CROSS JOIN LATERAL (
    ${steps.join('\n    UNION ALL ')}) AS next(class, object)),`

/** Calls of functions in the stored expressions of `node`, as `call(oid)`: of the system's own pg_depend knows none. */
export const storedCalls = `SELECT DISTINCT call[1]::oid FROM node
      CROSS JOIN LATERAL (${treeOf('node')}) AS stored(tree)
      CROSS JOIN LATERAL regexp_matches(stored.tree, ':funcid ([0-9]+)', 'g') AS call`
