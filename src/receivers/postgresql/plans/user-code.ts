/**
 * Extensions that PostgreSQL itself marks as trusted and whose functions, in C, run no SQL that somebody else wrote.
 * Not tablefunc (connectby and crosstab run SQL that they are given), not the procedural languages.
 */
const trustedExtensions = [
  'btree_gin',
  'btree_gist',
  'citext',
  'cube',
  'dict_int',
  'fuzzystrmatch',
  'hstore',
  'intarray',
  'isn',
  'lo',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'seg',
  'tsm_system_rows',
  'tsm_system_time',
  'unaccent',
  'uuid-ossp',
] as const

/** What the grammar makes of IN, BETWEEN, LIKE, DISTINCT, USING, ...: looked up in the search_path like any operator. */
const impliedOperators = ['=', '<>', '<', '>', '<=', '>=', '~~', '!~~', '~~*', '!~~*', '~', '!~', '~*', '!~*'] as const

/**
 * Functions of the system's that run code or SQL named in their arguments: reading a view, a cast to a domain. Input and
 * transition functions are among them: an expression calls them by name only to get there.
 */
const hazards = `p.oid < 16384 AND (p.proargtypes::oid[] && '{2275,2281}'::oid[]
    OR p.proname ~ '^(query|cursor|table|schema|database)_to_xml|^(ts_stat|ts_rewrite)$|^pg_input_')`

/** What a search_path that is given as a list leaves out, and PostgreSQL adds. */
const alwaysSearched = `n.nspname = 'pg_catalog' OR n.oid = pg_my_temp_schema()`

/** More objects than this for each relation that is allowed, and they aren't counted further. */
const objectsPerRelation = 20

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

const quoted = (texts: readonly string[]): string => texts.map((text) => `'${text}'`).join(', ')

/** A function in C of a trusted extension, as that extension's script made it: what a user added has another owner. */
const trusted = (catalog: 'pg_proc' | 'pg_opclass', object: string, owner: string): string =>
  `EXISTS (SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
      JOIN pg_roles AS o ON o.oid = ${owner} AND o.rolsuper
      WHERE d.classid = '${catalog}'::regclass AND d.objid = ${object} AND d.deptype = 'e'
        AND d.refclassid = 'pg_extension'::regclass AND e.extname IN (${quoted(trustedExtensions)}))`

/** From each object to what planning it may evaluate. */
const steps = [
  // What the catalogs know of it: operators of functions, casts of functions, types of their input, ranges of theirs, ...
  // Of a relation's own only types and functions: a partition depends on its parent, an index on its table.
  `SELECT d.refclassid, d.refobjid FROM pg_depend AS d
      WHERE d.classid = w.class AND d.objid = w.object AND w.class <> 'pg_proc'::regclass AND d.refobjid >= 16384
        AND (d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_type'::regclass)
          OR d.refclassid = 'pg_class'::regclass AND w.class <> 'pg_class'::regclass)`,
  `SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
      WHERE w.class = 'pg_class'::regclass AND r.ev_class = w.object AND c.relkind <> 'm'`,
  `SELECT 'pg_policy'::regclass, p.oid FROM pg_policy AS p WHERE w.class = 'pg_class'::regclass AND p.polrelid = w.object`,
  `SELECT 'pg_attrdef'::regclass, a.oid FROM pg_attrdef AS a
      WHERE w.class = 'pg_class'::regclass AND a.adrelid = w.object`,
  `SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c
      WHERE w.class = 'pg_class'::regclass AND c.conrelid = w.object AND c.contype = 'c'`,
  `SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c
      WHERE w.class = 'pg_type'::regclass AND c.contypid = w.object`,
  `SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index AS i
      WHERE w.class = 'pg_class'::regclass AND i.indrelid = w.object`,
  `SELECT 'pg_class'::regclass, i.inhrelid FROM pg_inherits AS i
      WHERE w.class = 'pg_class'::regclass AND i.inhparent = w.object`,
  `SELECT 'pg_statistic_ext'::regclass, s.oid FROM pg_statistic_ext AS s
      WHERE w.class = 'pg_class'::regclass AND s.stxrelid = w.object`,
  `SELECT 'pg_type'::regclass, c.reltype FROM pg_class AS c
      WHERE w.class = 'pg_class'::regclass AND c.oid = w.object AND c.reltype <> 0`,
  `SELECT 'pg_type'::regclass, t.typarray FROM pg_type AS t
      WHERE w.class = 'pg_type'::regclass AND t.oid = w.object AND t.typarray <> 0`,
  `SELECT 'pg_cast'::regclass, c.oid FROM pg_cast AS c
      WHERE w.class = 'pg_type'::regclass AND w.object IN (c.castsource, c.casttarget)`,
]

/** Stored expressions, as PostgreSQL keeps them; calls of the system's own functions are in no other catalog. */
const expressions = [
  ['pg_rewrite', 'oid', 'ev_action::text'],
  ['pg_rewrite', 'oid', 'ev_qual::text'],
  ['pg_policy', 'oid', "concat(polqual::text, ' ', polwithcheck::text)"],
  ['pg_attrdef', 'oid', 'adbin::text'],
  ['pg_constraint', 'oid', 'conbin::text'],
  ['pg_index', 'indexrelid', "concat(indexprs::text, ' ', indpred::text)"],
  ['pg_partitioned_table', 'partrelid', 'partexprs::text'],
].map(
  ([catalog = '', oid, text]) => `SELECT x.${oid}, ${text} FROM node JOIN ${catalog} AS x ON x.${oid} = node.object
      WHERE node.class = '${/index|table/.test(catalog) ? 'pg_class' : catalog}'::regclass`,
)

/**
 * Asks the catalogs whether planning a statement may run a user's code or touch too much, without parsing it.
 *
 * `$1` is the statement's text, `$2` the schemas of its search_path, `$3` how many relations, partitions and indexes it
 * may reach. Gives one row: `verdict` (`calls_function`, `foreign_table`, `too_many_relations`, `unreadable`; NULL when
 * none applies), `detail` (what was found), `named` (relations that the text seems to name) and `readable` (how many of
 * them this role may read). To be run under search_path = pg_catalog.
 */
export const userCodeSql = `WITH RECURSIVE run AS MATERIALIZED (
    SELECT DISTINCT run FROM unnest(regexp_split_to_array($1, '[^A-Za-z0-9_$]+' COLLATE "C")
      || regexp_split_to_array(lower($1 COLLATE "C"), '[^a-z0-9_$]+' COLLATE "C")) AS run
    WHERE run ~ '[A-Za-z_]' COLLATE "C"),
  word AS MATERIALIZED (
    SELECT COALESCE(array_agg(DISTINCT part::name), '{}') AS names FROM (
      SELECT run AS part FROM run
      UNION ALL SELECT substr(run, i) FROM run, generate_series(2, length(run)) AS i
        WHERE run ~ '^[0-9$]' AND length(run) <= 100) AS parts),
  space AS MATERIALIZED (
    SELECT n.oid FROM pg_namespace AS n, word
    WHERE n.nspname = ANY ($2) OR ${alwaysSearched} OR ${named('n.nspname')}),
  seed AS MATERIALIZED (
    SELECT 'pg_proc'::regclass::oid AS class, p.oid AS object, NULL::"char" AS relkind
      FROM pg_proc AS p JOIN space ON space.oid = p.pronamespace, word WHERE p.oid >= 16384 AND ${named('p.proname')}
    UNION ALL SELECT 'pg_operator'::regclass, o.oid, NULL FROM pg_operator AS o JOIN space ON space.oid = o.oprnamespace
      WHERE o.oid >= 16384 AND (o.oprname IN (${quoted(impliedOperators)}) OR strpos($1, o.oprname) > 0)
    UNION ALL SELECT 'pg_type'::regclass, t.oid, NULL FROM pg_type AS t JOIN space ON space.oid = t.typnamespace, word
      WHERE t.oid >= 16384 AND ${named('t.typname')}
    UNION ALL SELECT 'pg_class'::regclass, c.oid, c.relkind FROM pg_class AS c JOIN space ON space.oid = c.relnamespace, word
      WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${named('c.relname')}
    UNION ALL SELECT 'pg_cast'::regclass, c.oid, NULL FROM pg_cast AS c
      WHERE c.oid >= 16384 AND c.castsource < 16384 AND c.casttarget < 16384),
  walk AS (
    SELECT class, object FROM seed
    UNION SELECT next.class::oid, next.object FROM walk AS w CROSS JOIN LATERAL (
    ${steps.join('\n    UNION ALL ')}) AS next(class, object)),
  node AS MATERIALIZED (SELECT class, object FROM walk LIMIT $3 * ${objectsPerRelation}),
  hazard AS MATERIALIZED (SELECT p.oid, p.proname FROM pg_proc AS p WHERE ${hazards}),
  relation AS MATERIALIZED (
    SELECT c.oid, c.relkind FROM node JOIN pg_class AS c ON c.oid = node.object
    WHERE node.class = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I')),
  finding AS (
    SELECT 1 AS rank, 'unreadable' AS verdict, 'names that stand for others'::text AS detail
      WHERE $1 ~* 'U&"' OR '$user' = ANY ($2) OR EXISTS (SELECT FROM run WHERE run ~ '^[0-9$]' AND length(run) > 100)
    UNION ALL SELECT 2, 'calls_function', pg_describe_object('pg_proc'::regclass, p.oid, 0)
      FROM node JOIN pg_proc AS p ON p.oid = node.object AND node.class = 'pg_proc'::regclass
      WHERE p.oid >= 16384 AND NOT (p.prolang IN (12, 13) AND ${trusted('pg_proc', 'p.oid', 'p.proowner')})
    UNION ALL SELECT 2, 'calls_function', pg_describe_object('pg_opclass'::regclass, c.oid, 0)
      FROM node JOIN pg_opclass AS c ON c.oid = node.object AND node.class = 'pg_opclass'::regclass
      WHERE c.oid >= 16384 AND NOT ${trusted('pg_opclass', 'c.oid', 'c.opcowner')}
    UNION ALL SELECT 3, 'calls_function', concat('function ', hazard.proname) FROM hazard, word
      WHERE hazard.proname = ANY (word.names)
    UNION ALL SELECT 3, 'calls_function', concat('function ', hazard.proname)
      FROM (${expressions.join('\n      UNION ALL ')}) AS expression(oid, tree)
      CROSS JOIN LATERAL regexp_matches(expression.tree, ':funcid ([0-9]+)', 'g') AS call
      JOIN hazard ON hazard.oid = call[1]::oid
    UNION ALL SELECT 4, 'foreign_table', oid::regclass::text FROM relation WHERE relkind = 'f'
    UNION ALL SELECT 5, 'too_many_relations', concat('more than ', $3)
      WHERE (SELECT count(*) FROM relation) > $3 OR (SELECT count(*) FROM node) >= $3 * ${objectsPerRelation})
SELECT (SELECT verdict FROM finding ORDER BY rank, detail LIMIT 1) AS verdict,
  (SELECT detail FROM finding ORDER BY rank, detail LIMIT 1) AS detail,
  (SELECT count(*) FROM seed WHERE relkind IS NOT NULL) AS named,
  (SELECT count(*) FROM seed JOIN pg_class AS c ON c.oid = seed.object AND seed.class = 'pg_class'::regclass
    WHERE has_schema_privilege(c.relnamespace, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')) AS readable`
