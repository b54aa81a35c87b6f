import { hazards, notAllowed } from './allow-list.ts'
import { reachedObjects, storedCalls } from './reached-objects.ts'

/** More objects than this for each relation that is allowed, and they aren't counted further. */
const objectsPerRelation = 20

/**
 * Asks the catalogs whether planning a statement may reach anything that isn't on the allow-list, without parsing it.
 *
 * `$1` is the statement's text, `$2` the schemas of its search_path, `$3` how many relations, partitions and indexes it
 * may reach. Gives one row: `verdict` (`calls_function`, `foreign_table`, `not_allowed`, `too_many_relations`,
 * `unreadable`; NULL when none applies), `detail` (what was found), `named` (relations that the text seems to name) and
 * `readable` (how many of them this role may read). To be run under search_path = pg_catalog.
 * There is no backslash in it: whoever owns the database may make them escapes (standard_conforming_strings).
 */
export const planVerdictSql = `${reachedObjects}
  node AS MATERIALIZED (SELECT class, object FROM walk LIMIT $3 * ${objectsPerRelation}),
  hazard AS MATERIALIZED (${hazards}),
  relation AS MATERIALIZED (
    SELECT c.oid, c.relkind FROM node JOIN pg_class AS c ON c.oid = node.object
    WHERE node.class = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I')),
  finding AS (
    SELECT 1 AS rank, 'unreadable' AS verdict, 'names that stand for others'::text AS detail
      WHERE $1 ~* 'U&"' OR '$user' = ANY ($2::name[]) OR EXISTS (SELECT FROM run WHERE run ~ '^[0-9$]' AND length(run) > 100)
    UNION ALL SELECT 2, 'foreign_table', oid::regclass::text FROM relation WHERE relkind = 'f'
    UNION ALL SELECT CASE class WHEN 'pg_proc'::regclass THEN 4 ELSE 3 END,
        CASE class WHEN 'pg_proc'::regclass THEN 'calls_function' ELSE 'not_allowed' END,
        pg_describe_object(class, object, 0)
      FROM (${notAllowed}) AS other(class, object)
    UNION ALL SELECT 5, 'calls_function', concat('function ', hazard.proname) FROM hazard, word
      WHERE hazard.proname = ANY (word.names)
    UNION ALL SELECT 5, 'calls_function', concat('function ', hazard.proname)
      FROM (${storedCalls}) AS call(oid) JOIN hazard ON hazard.oid = call.oid
    UNION ALL SELECT 6, 'too_many_relations', concat('more than ', $3)
      WHERE (SELECT count(*) FROM relation) > $3 OR (SELECT count(*) FROM node) >= $3 * ${objectsPerRelation}),
  readable AS (
    SELECT has_schema_privilege(c.relnamespace, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS readable
    FROM seed JOIN pg_class AS c ON c.oid = seed.object AND seed.class = 'pg_class'::regclass AND c.relkind <> 'S')
SELECT (SELECT verdict FROM finding ORDER BY rank, detail LIMIT 1) AS verdict,
  (SELECT detail FROM finding ORDER BY rank, detail LIMIT 1) AS detail,
  (SELECT count(*) FROM readable) AS named,
  (SELECT count(*) FROM readable WHERE readable) AS readable`
