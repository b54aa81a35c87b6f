import { firstOfUsers } from './reached-objects.ts'

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

const names = trustedExtensions.map((name) => `'${name}'`).join(', ')

const member = (catalog: string, object: string): string =>
  `EXISTS (SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname IN (${names})
        WHERE d.classid = '${catalog}'::regclass AND d.objid = ${object} AND d.deptype = 'e'
          AND d.refclassid = 'pg_extension'::regclass)`

/** As the trusted extension's script made it: what a user added has another owner. */
const trusted = (catalog: string, object: string, owner: string): string =>
  `EXISTS (SELECT FROM pg_roles AS o WHERE o.oid = ${owner} AND o.rolsuper) AND ${member(catalog, object)}`

/**
 * Functions of the system's that run code or SQL named in their arguments, which no catalog connects to them: reading a
 * view, a cast to a domain, the check of another function's text, the key of a partitioned table. Input and transition
 * functions are among them: an expression calls them by name only to get there.
 */
export const hazards = `SELECT p.oid, p.proname FROM pg_proc AS p
    WHERE p.oid < ${firstOfUsers} AND (p.proargtypes::oid[] && '{2275,2281}'::oid[]
      OR p.proname ~ '^(query|cursor|table|schema|database)_to_xml|^(ts_stat|ts_rewrite)$|^pg_input_'
      OR p.proname ~ '^(fmgr_[a-z]+_validator|satisfies_hash_partition|pg_get_partition_constraintdef)$')`

/** What stands in a catalog of its own and may be reached, by its row `x`. What isn't here isn't planned. */
const allowed = [
  ['pg_proc', `x.prolang IN (12, 13) AND ${trusted('pg_proc', 'x.oid', 'x.proowner')}`],
  ['pg_operator', trusted('pg_operator', 'x.oid', 'x.oprowner')],
  ['pg_opclass', trusted('pg_opclass', 'x.oid', 'x.opcowner')],
  ['pg_opfamily', trusted('pg_opfamily', 'x.oid', 'x.opfowner')],
  ['pg_cast', `x.castfunc = 0 OR x.castfunc >= ${firstOfUsers} AND ${member('pg_cast', 'x.oid')}`],
  [
    'pg_type',
    `x.typtype = 'e' OR x.typtype = 'c' AND EXISTS (SELECT FROM pg_class AS c
          WHERE c.oid = x.typrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'))
        OR x.typtype = 'b' AND (${trusted('pg_type', 'x.oid', 'x.typowner')}
          OR EXISTS (SELECT FROM pg_type AS e WHERE e.oid = x.typelem AND e.typarray = x.oid))`,
  ],
  ['pg_class', "x.relkind IN ('r', 'p', 'v', 'm', 'i', 'I', 'S', 't')"],
  // Nothing of these is run; what they are made of is reached by itself.
  ['pg_collation', 'true'],
  ['pg_ts_config', 'true'],
  ['pg_ts_dict', 'true'],
  ['pg_ts_parser', 'true'],
  ['pg_ts_template', 'true'],
  ['pg_rewrite', 'true'],
  ['pg_policy', 'true'],
  ['pg_attrdef', 'true'],
  ['pg_constraint', 'true'],
  ['pg_statistic_ext', 'true'],
] as const

/** The rows of `node` that aren't on the list. */
export const notAllowed = `SELECT node.class, node.object FROM node
    WHERE node.class <> 'pg_partitioned_table'::regclass AND NOT CASE node.class
      ${allowed
        .map(
          ([catalog, condition]) =>
            `WHEN '${catalog}'::regclass THEN COALESCE((SELECT ${condition} FROM ${catalog} AS x WHERE x.oid = node.object), false)`,
        )
        .join('\n      ')}
      ELSE false END`
