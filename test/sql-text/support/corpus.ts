/** One statement, every value of which holds a mark that must not be found in anything that is made of it. */
export interface CorpusStatement {
  readonly name: string
  readonly sql: string
  /** The same statement with other values, of the same length. */
  readonly other: string
  /** PostgreSQL 18's parser takes it. */
  readonly parses: boolean
}

/** Digits that are in every value of the corpus and nowhere else in it; the bit pattern where digits can't be. */
export const marks = ['4711', '1101101101011'] as const

/** Whether anything of a value is in this text. */
export function leaks(text: string): boolean {
  return marks.some((mark) => text.includes(mark))
}

/** Whether a value is written as a bare word, so that only what comes before it tells that it is one. */
export function hasWordValue({ sql }: CorpusStatement): boolean {
  return /[ "]m4711/.test(sql)
}

/** `§` stands for a number of eight digits that is the statement's own, `¤` for as many bits. */
function statementsOf(group: string, texts: string, parses: boolean): CorpusStatement[] {
  return texts
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const own = String(seed(group) + index).padStart(4, '0')
      // A line is one statement; ↵ stands for the line feeds within it.
      const text = line.replaceAll('↵', '\n')
      return {
        name: `${group} ${index + 1}`,
        sql: text.replaceAll('§', `4711${own}`).replaceAll('¤', '1101101101011'),
        other: text.replaceAll('§', `5822${own}`).replaceAll('¤', '0010010110101'),
        parses,
      }
    })
}

function seed(group: string): number {
  return [...group].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9_000, 7)
}

const strings = String.raw`
SELECT 'secret §'
SELECT * FROM orders WHERE state = 'a§b' AND note <> ''
SELECT 'it''s §', 'two '' quotes § '''
SELECT ''' §'
SELECT '§'↵'and §'
SELECT E'tab\t§', e'quote\'§'
SELECT E'back\\§\\', 'x§'
SELECT E'\x34§ \u0041§ \101§'
SELECT E'a''b§'
SELECT E'a\'§'↵'b\'§'
SELECT U&'\0041§', U&'d!0061t§' UESCAPE '!'
SELECT u&'quote '' §' AS x
SELECT N'national §', n'§'
SELECT B'¤', b'¤'
SELECT X'§', x'AB§'
SELECT $$dollar §$$
SELECT $tag$ § $ $$ $tagg$ '§' $tag$
SELECT $a$ § $b$ § $b$ § $a$, '§'
SELECT $é$ § $é$
SELECT $_1$§$_1$ || $A2$§$A2$
SELECT 'semi;§', '--§', '/*§*/', '$$§$$', '"§"'
SELECT '\§', 'C:\dir§\x'
SELECT 'line↵feed §', E'cr\r\n§'
SELECT 'ünïcödé § 漢字', '😀§😀'
SELECT '§'::text, CAST('§' AS varchar), text '§', "text" '§'
SELECT 'a§' || 'b§' || U&'c§'
SELECT '§' COLLATE "C"
SELECT * FROM t WHERE name LIKE '%§%' ESCAPE '!' OR name ILIKE '§_' OR name SIMILAR TO '§' OR name ~* '^§$'
SELECT * FROM t WHERE name LIKE '%§\%' ESCAPE '\' AND b = '§'
SELECT '' AS empty, '§' AS "quoted ""name"""
SELECT 'tab	§', '   §   '
SELECT concat('§', $$§$$, E'§', '§'), format('%s', '§')
SELECT quote_literal('§'), regexp_replace('§', '§', '\1', 'g')
SELECT * FROM "Weird Table" WHERE "Weird ' Column" = '§'
SELECT * FROM "quo""te" WHERE "a'b" = 'c§''d' AND "x"='§'
SELECT U&"d\0061t" FROM U&"\0074" WHERE a = '§'
SELECT a$b$c FROM t WHERE a$b$c = '§'
SELECT t.a FROM t WHERE a='§'AND b='§'OR c=E'§'
SELECT 'x§' 	  AS	y
`

const numbers = `
SELECT $1abc, $2x, '§'
SELECT §, -§, +§, - §
SELECT §.5, .§, §., 1.§, -1.§
SELECT 1e§, §e5, §E-5, 1.§e+10
SELECT 0x§, 0X§, 0x4_7_1_1 + §
SELECT 47_11 + §, 0b¤, 0o4711
SELECT * FROM t WHERE id = § AND x >§ AND y<-§
SELECT * FROM t WHERE id IN (§, §, -§)
SELECT * FROM t WHERE id NOT IN (§,§,§,§,§,§)
SELECT * FROM t WHERE (a, b) IN ((§, 'x§'), (§, 'y§'))
SELECT * FROM t WHERE id BETWEEN § AND § OR id BETWEEN SYMMETRIC -§ AND +§
SELECT * FROM t LIMIT § OFFSET §
SELECT * FROM t OFFSET § ROWS FETCH FIRST § ROWS ONLY
SELECT * FROM t ORDER BY a FETCH NEXT § ROWS WITH TIES
SELECT a + §, a - §, a * -§, a / §, a % §, a ^ §, -a, @ -§, |/ §
SELECT a<>§, a!=§, a>=-§, a<=+§, a||§, a-§, a -§, a- §, a--§
SELECT §::int, CAST(§ AS numeric(10, 2)), §::numeric(12,4), int4 '§', float8 '§'
SELECT x::varchar(§), x::char(§), x::bit(§), x::timestamp(4)
SELECT ARRAY[§, §], ARRAY[[§, §], [§, §]], ARRAY['§', NULL, 'b§']
SELECT a[§], a[§:§], a[§][§], (ARRAY[§])[§] FROM t
SELECT '{§,§}'::int[], '{"a§","b§"}'::text[]
SELECT * FROM t WHERE id = ANY(ARRAY[§, §]) OR id = ANY ('{§}'::int[]) OR id = ALL(VALUES (§), (§))
SELECT CASE WHEN a = § THEN § WHEN b THEN -§ ELSE § END FROM t
SELECT f(§), f(§, '§'), f(a => §, b := '§'), f(VARIADIC ARRAY[§])
SELECT generate_series(§, §, §), g FROM generate_series(§, §) AS g
SELECT ROW(§, '§'), (§, '§'), ROW(§, §) = (§, §)
SELECT * FROM t TABLESAMPLE BERNOULLI (§) REPEATABLE (§)
SELECT count(*) FILTER (WHERE a > §) OVER (ORDER BY b ROWS BETWEEN § PRECEDING AND § FOLLOWING) FROM t
SELECT ntile(§) OVER w, lag(a, §, -§) OVER w FROM t WINDOW w AS (PARTITION BY b % §)
SELECT percentile_cont(0.§) WITHIN GROUP (ORDER BY a) FROM t
SELECT * FROM t GROUP BY GROUPING SETS ((a), (b), ()) HAVING count(*) > §
SELECT 1.§::money, '§.99'::money, '$§'::money
SELECT § AS a1b2, t1.c3 FROM t1 WHERE c3 = §
`

const typed = String.raw`
SELECT date '2024-§-01', DATE '§', time '12:§', timestamp '2024 §', timestamptz '§'
SELECT TIMESTAMP WITH TIME ZONE '2024 §', TIME WITHOUT TIME ZONE '§', timestamp(3) '§'
SELECT INTERVAL '§ days', interval '§' day, INTERVAL '§-2' YEAR TO MONTH, interval(3) '§', '§'::interval
SELECT now() - interval '§ hours', now() AT TIME ZONE 'Mars/§'
SELECT extract(epoch FROM timestamp '§'), extract('year' FROM DATE '§'), date_trunc('day§', now())
SELECT bit '¤', bit varying '¤', varbit '¤'
SELECT point '(§,§)', box '((§,1),(2,§))', circle '<(§,1),2>', path '[(§,1)]', polygon '((§,1))'
SELECT inet '10.§', cidr '10.0.0.0/§', macaddr '08:§'
SELECT uuid '§-0000', '§'::uuid, bytea '\x§', '\x§'::bytea
SELECT json '{"key": "§"}', jsonb '{"a": [§, "§"]}', '{"a": {"b": §}}'::jsonb
SELECT a -> '§' ->> '§' #> '{a,§}' #>> '{§}' FROM t
SELECT a ? '§' OR a ?| ARRAY['§'] OR a ?& ARRAY['§'] OR a @> '{"x":"§"}' OR a @? '$.§' OR a @@ '$ == §' FROM t
SELECT jsonb_path_query(a, '$.x ? (@ == "§")', '{"v": §}') FROM t
SELECT JSON_OBJECT('a': '§', 'b': §), JSON_ARRAY('§', §), JSON_ARRAYAGG(a ORDER BY a) FROM t
SELECT * FROM JSON_TABLE('{"a":§}', '$.x§' COLUMNS (id FOR ORDINALITY, a int PATH '$.§' DEFAULT § ON EMPTY))
SELECT JSON_VALUE(a, '$.§' RETURNING int DEFAULT § ON ERROR), JSON_EXISTS(a, '$.§'), JSON_QUERY(a, '$.§') FROM t
SELECT xml '<a>§</a>', xmlparse(document '<a>§</a>'), xmlelement(name foo, xmlattributes('§' AS bar), '§')
SELECT XMLSERIALIZE(CONTENT '<a>§</a>' AS text), xpath('/a/§', x) FROM t
SELECT * FROM XMLTABLE('/r§' PASSING '<r>§</r>' COLUMNS a int PATH '@§' DEFAULT §)
SELECT to_tsvector('english', '§') @@ to_tsquery('§ & x'), tsvector 'a:§', tsquery '§'
SELECT int4range(§, §, '[)'), '[§,§)'::int4range, daterange('§', '§')
SELECT substring('§' FROM § FOR §), overlay('§' PLACING '§' FROM § FOR §), position('§' IN '§'), trim(BOTH '§' FROM '§')
SELECT substring('§' SIMILAR '§' ESCAPE '#'), normalize('§', NFC), collation for ('§')
SELECT '§'::regclass, 'nextval(''§'')'::text, nextval('seq§'::regclass)
SELECT (DATE '§', INTERVAL '§') OVERLAPS (DATE '§', DATE '§')
SELECT TRUE, false, NULL, '§' IS NULL, '§' IS TRUE, '§' IS DISTINCT FROM '§', '§' IS NOT NULL
SELECT coalesce(a, '§'), nullif(a, '§'), greatest(§, a), least('§', a) FROM t
SELECT enum_first('§'::mood), 'happy§'::public.mood, mood 'sad§'
SELECT current_setting('app.§'), set_config('app.key', '§', true)
SELECT pg_sleep(§), pg_advisory_lock(§), pg_cancel_backend(§), crypt('§', gen_salt('bf', §))
`

const queries = `
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id AND c.region = '§' WHERE o.total > §
SELECT * FROM a LEFT JOIN b USING (id) RIGHT JOIN c ON c.x = § FULL JOIN d ON true CROSS JOIN e NATURAL JOIN f
SELECT * FROM a, b, LATERAL (SELECT * FROM c WHERE c.id = a.id LIMIT §) AS l WHERE a.v = '§'
SELECT * FROM (SELECT * FROM orders o JOIN customers c ON o.c = c.id WHERE o.s = '§') AS sub
SELECT (SELECT max(x) FROM b WHERE b.y = '§') FROM a WHERE EXISTS (SELECT § FROM c WHERE c.z = a.z)
SELECT * FROM t WHERE id IN (SELECT id FROM u WHERE v = '§') AND w = ANY (SELECT w FROM x WHERE y = §)
SELECT a FROM t WHERE b = '§' UNION SELECT a FROM u WHERE b = § UNION ALL SELECT '§' EXCEPT SELECT § INTERSECT SELECT §
(SELECT a FROM t WHERE b = '§' LIMIT §) UNION ALL (SELECT a FROM u LIMIT §) ORDER BY 1
WITH w AS (SELECT * FROM t WHERE a = '§') SELECT * FROM w WHERE b = §
WITH RECURSIVE r(n) AS (VALUES (§) UNION ALL SELECT n + § FROM r WHERE n < §) SELECT * FROM r
WITH a AS MATERIALIZED (SELECT '§'), b AS NOT MATERIALIZED (SELECT * FROM a) SELECT * FROM b JOIN c ON c.x = '§'
WITH orders AS (SELECT * FROM orders WHERE id = §) SELECT * FROM orders
WITH d AS (DELETE FROM t WHERE a < § RETURNING *) INSERT INTO archive SELECT *, '§' FROM d
WITH i AS (INSERT INTO t VALUES (§) RETURNING id), u AS (UPDATE v SET a = '§' RETURNING id) SELECT * FROM i, u
SELECT DISTINCT ON (a) a, '§' AS b INTO TEMP newtable FROM t WHERE c = §
SELECT * FROM ONLY public.t WHERE a = '§' FOR UPDATE OF t NOWAIT
SELECT * FROM t WHERE a = § FOR NO KEY UPDATE SKIP LOCKED
SELECT * FROM t AS x (a, b) WHERE a = § FOR SHARE FOR KEY SHARE
VALUES (§, '§'), (§, '§'), (-§, NULL)
VALUES ('§')
TABLE public.orders
TABLE orders ORDER BY id LIMIT §
SELECT * FROM ROWS FROM (generate_series(§, §), unnest(ARRAY['§'])) WITH ORDINALITY AS f(a, b, c)
SELECT * FROM json_to_recordset('[{"a":§}]') AS x(a int, b text)
SELECT "Orders"."Id", public."Orders".* FROM public."Orders" WHERE "Orders"."State" = '§'
SELECT * FROM mydb.public.orders WHERE a = '§'
SELECT ünïcode FROM täble WHERE größe = '§' AND 漢字 = §
SELECT * FROM t WHERE a = $1 AND b = $2 AND c = '§'
SELECT * FROM t WHERE a = $1::int AND b IN ($2, $3, $4) AND c = § LIMIT $5
SELECT grouping(a, b), '§' FROM t GROUP BY CUBE (a, b), ROLLUP (c), §
SELECT t.*, row_number() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST) FROM t WHERE x @> ARRAY['§']
SELECT a OPERATOR(pg_catalog.+) §, a OPERATOR(public.<->) '§' FROM t
SELECT GROUP_ID.x, "select", "from" FROM "select" GROUP_ID WHERE "where" = '§'
SELECT * FROM t WHERE NOT (a = '§' OR b <> §) AND c IS NULL
select lower('§') from T where UPPER(x) = 'ABC§'
SeLeCt '§' FrOm MixedCase
SELECT 1 WHERE '§' IN ('§', '§', '§')
SELECT * FROM t WHERE x IN ('§'::uuid, '§'::uuid, '§'::uuid)
SELECT * FROM t WHERE x IN (date '§', date '§') OR y IN (f(§), f(§)) OR z IN (a + §, b - §)
SELECT * FROM orders WHERE id IN (§)
`

const writes = String.raw`
INSERT INTO orders (id, state) VALUES (§, '§')
INSERT INTO orders VALUES (§, '§'), (§, '§'), (§, DEFAULT)
INSERT INTO orders (a, b, c) VALUES ($1, '§', $2), ($3, '§', $4)
INSERT INTO shipping (a, b) SELECT id, '§' FROM orders WHERE id = §
INSERT INTO t DEFAULT VALUES RETURNING '§'
INSERT INTO t AS x (a) OVERRIDING SYSTEM VALUE VALUES (§) ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a + §, b = '§' WHERE x.c < §
INSERT INTO t (a) VALUES ('§') ON CONFLICT ON CONSTRAINT pk DO NOTHING
INSERT INTO t (j) VALUES ('{"password": "§", "n": [§, "it''s §"]}')
INSERT INTO t (b) VALUES (E'\\x§'), ('\x§'), (decode('§', 'hex'))
INSERT INTO "My Schema"."My Table" ("A b") VALUES ('§')
INSERT INTO t VALUES (ARRAY[§, §], ROW('§', §), '(§,§)'::pair, $x$§$x$)
INSERT INTO t (a[§], b.c) VALUES (§, '§')
UPDATE orders SET state = '§', total = total + § WHERE id = §
UPDATE ONLY orders AS o SET (a, b) = ('§', §), c = DEFAULT FROM customers c WHERE c.id = o.c AND c.name = '§' RETURNING o.*
UPDATE t SET a = (SELECT '§' FROM u WHERE u.x = §), j['k§'] = '"§"'
UPDATE t SET password = '§' WHERE CURRENT OF cur
UPDATE t SET a = CASE WHEN b = '§' THEN § ELSE a END WHERE id IN (§, §)
WITH w AS (SELECT § AS x) UPDATE t SET a = '§' FROM w
DELETE FROM orders WHERE id = § OR state = '§'
DELETE FROM ONLY public.orders o USING customers c WHERE c.id = o.c AND c.name = '§' RETURNING '§'
WITH w AS (SELECT id FROM t WHERE x = '§') DELETE FROM u WHERE id IN (SELECT id FROM w)
MERGE INTO stock s USING items i ON s.id = i.id AND i.kind = '§' WHEN MATCHED AND s.n > § THEN UPDATE SET n = s.n - § WHEN NOT MATCHED THEN INSERT (id, n) VALUES (i.id, §)
MERGE INTO t USING (VALUES (§, '§')) AS v(a, b) ON t.a = v.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED BY SOURCE THEN DO NOTHING RETURNING merge_action(), '§'
TRUNCATE orders, public.customers RESTART IDENTITY CASCADE
LOCK TABLE orders, customers IN ACCESS EXCLUSIVE MODE NOWAIT
UPDATE t SET a = -§, b = - §, c = +§ WHERE d = -1.§
UPDATE set_values SET set_to = '§'
INSERT INTO t SELECT § UNION SELECT §
INSERT INTO t(a,b)VALUES(§,'§'),(§,'§')
DELETE FROM t WHERE a='§';
`

const comments = `
/* leading § 'quoted' */ SELECT § FROM t
SELECT § /* trailing § it's */ FROM t
SELECT a FROM t -- § it's
SELECT a -- § "↵FROM t WHERE b = '§'
/* a /* nested § */ § */ SELECT '§'
/*key='§',traceparent='00-§0000'*/ SELECT '§'
SELECT '§' /*route='/users/§',nr_service_guid='it has § spaces'*/
/* password=§ */ /* § */ SELECT § /* § */ ;
SELECT '§' --§↵-- §↵;-- §
SELECT '/* § ' || '*/ § --' || '§'
SELECT a/**/FROM/*§*/t/**/WHERE/**/b='§'
SELECT §--§
SELECT a*/*§*/b, a-/*§*/-§ FROM t
--§↵SELECT '§'
SELECT 1 /* $$ § */, $$ /* § $$ /* ' § */
/*+ IndexScan(t §) */ SELECT '§' FROM t
SELECT /* " § */ "a" /* ' */ FROM t WHERE b = '§' /* unpaired " § */
`

const utilities = String.raw`
SET search_path TO m§, 'x§'
SET application_name = '§'
SET LOCAL app.user_id TO m§
SET SESSION app.key = "m§"
SET app.key TO DEFAULT
SET work_mem TO '§MB'
SET statement_timeout = §
SET TIME ZONE 'Mars/§'
SET TIME ZONE m§
SET TIME ZONE INTERVAL '§' HOUR TO MINUTE
SET NAMES 'utf§'
SET ROLE 'role§'
SET SESSION AUTHORIZATION 'role§'
SET TRANSACTION SNAPSHOT '§-1'
SET SCHEMA 's§'
SET seed TO 0.§
RESET ALL
SHOW work_mem
ALTER SYSTEM SET app.key = 'm§'
ALTER SYSTEM SET archive_command TO 'cp %p /secret/§'
ALTER DATABASE d SET app.key TO m§, 'x§'
ALTER ROLE r IN DATABASE d SET app.key = m§
ALTER FUNCTION f(int) SET app.key TO m§ SET b = '§' COST §
CREATE ROLE r WITH LOGIN PASSWORD '§' CONNECTION LIMIT § VALID UNTIL '§'
CREATE USER u ENCRYPTED PASSWORD 'md5§' IN ROLE a, b
ALTER ROLE r PASSWORD '§'
ALTER USER u WITH PASSWORD E'\x41§'
ALTER ROLE r WITH PASSWORD $$§$$
ALTER ROLE r PASSWORD NULL VALID UNTIL '§'
CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u§', password '§')
ALTER USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (SET password '§', ADD x '§', DROP y)
CREATE SERVER s TYPE 't§' VERSION '§' FOREIGN DATA WRAPPER w OPTIONS (host 'h§', port '§')
ALTER SERVER s VERSION '§' OPTIONS (SET host '§')
CREATE FOREIGN DATA WRAPPER w OPTIONS (debug '§')
CREATE FOREIGN TABLE ft (a int OPTIONS (column_name 'c§')) SERVER s OPTIONS (table_name 't§')
IMPORT FOREIGN SCHEMA a LIMIT TO (b, c) FROM SERVER s INTO d OPTIONS (x '§')
CREATE SUBSCRIPTION s CONNECTION 'host=h§ password=§' PUBLICATION p WITH (slot_name = 'x§')
ALTER SUBSCRIPTION s CONNECTION 'password=§'
CREATE PUBLICATION p FOR TABLE t WHERE (a > § AND b = '§')
COMMENT ON TABLE t IS 'comment §'
COMMENT ON COLUMN t.c IS E'§\n'
COMMENT ON FUNCTION f(int) IS $$§$$
SECURITY LABEL FOR p ON TABLE t IS 'label §'
NOTIFY channel, 'payload §'
LISTEN channel
UNLISTEN *
SELECT pg_notify('c§', 'payload §')
DO $$BEGIN RAISE NOTICE '§'; PERFORM f(§); END$$
DO LANGUAGE plpgsql 'BEGIN PERFORM ''§''; END'
DO $outer$ DECLARE x text := $inner$§$inner$; BEGIN NULL; END $outer$
CALL proc(§, '§', a => '§')
CALL s.proc()
PREPARE TRANSACTION 'xid§'
COMMIT PREPARED 'xid§'
ROLLBACK PREPARED 'xid§'
PREPARE p (int, text) AS SELECT * FROM t WHERE a = $1 AND b = '§'
EXECUTE p(§, '§')
DEALLOCATE p
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT * FROM t WHERE a = '§'
FETCH FORWARD § FROM c
MOVE ABSOLUTE -§ IN c
CLOSE c
EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT * FROM t WHERE a = '§'
EXPLAIN ANALYZE VERBOSE UPDATE t SET a = § WHERE b = '§'
EXPLAIN INSERT INTO t VALUES (§)
EXPLAIN DELETE FROM t WHERE a = §
EXPLAIN EXECUTE p(§, '§')
EXPLAIN CREATE TABLE x AS SELECT '§'
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE
START TRANSACTION READ WRITE
COMMIT AND CHAIN
ROLLBACK TO SAVEPOINT s
SAVEPOINT s
RELEASE s
VACUUM (FULL, ANALYZE, PARALLEL §) orders (a, b)
ANALYZE public.orders
CLUSTER orders USING idx
REINDEX (VERBOSE) TABLE CONCURRENTLY orders
CHECKPOINT
DISCARD ALL
LOAD '/lib/§.so'
GRANT SELECT (a), UPDATE ON t TO r WITH GRANT OPTION
REVOKE ALL ON SCHEMA s FROM PUBLIC CASCADE
ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO r
REASSIGN OWNED BY a TO b
DROP OWNED BY a
REFRESH MATERIALIZED VIEW CONCURRENTLY mv
BEGIN; UPDATE t SET a = '§'; SELECT * FROM u WHERE b = §; COMMIT
SET app.key = 'x§'; SELECT * FROM t WHERE a = '§'; RESET app.key
SET app.key = m§; SELECT '§'
`

const copies = `
COPY orders TO STDOUT
COPY orders (a, b) FROM STDIN WITH (FORMAT csv, DELIMITER '§', NULL '§', QUOTE '"', HEADER true)
COPY orders FROM '/secret/§.csv' CSV HEADER DELIMITER ';' NULL AS '§'
COPY orders FROM PROGRAM 'curl https://user:§@host/§' WITH (FORMAT text)
COPY (SELECT * FROM orders WHERE state = '§' AND total > §) TO '/tmp/§'
COPY orders TO PROGRAM 'gzip > §' WITH (FORCE_QUOTE *, ENCODING 'utf§')
COPY orders FROM STDIN WHERE a > § AND b = '§'
COPY BINARY orders FROM '/x§'
COPY (INSERT INTO t VALUES (§) RETURNING '§') TO STDOUT
COPY (VALUES (§, '§')) TO STDOUT (FORMAT csv)
`

const definitions = `
CREATE TABLE t (id int PRIMARY KEY, a varchar(§) DEFAULT 'd§' NOT NULL CHECK (a <> '§'), b numeric(§, 2) DEFAULT -§)
CREATE TEMP TABLE IF NOT EXISTS x.t (a int GENERATED ALWAYS AS (b + §) STORED, b int GENERATED BY DEFAULT AS IDENTITY (START § INCREMENT § CACHE §))
CREATE UNLOGGED TABLE t (LIKE u INCLUDING ALL, CONSTRAINT c CHECK (x IN ('§', '§')), EXCLUDE USING gist (p WITH &&) WHERE (a = §))
CREATE TABLE t PARTITION OF p FOR VALUES FROM ('§') TO ('§')
CREATE TABLE t PARTITION OF p FOR VALUES IN ('§', '§', NULL)
CREATE TABLE t PARTITION OF p FOR VALUES WITH (MODULUS §, REMAINDER §)
CREATE TABLE t (a text STORAGE EXTENDED COMPRESSION lz4 COLLATE "C") WITH (fillfactor = §, autovacuum_enabled = 'f§')
CREATE TABLE t AS SELECT '§' AS a, § AS b FROM u WITH NO DATA
CREATE TABLE t AS EXECUTE p(§)
CREATE TABLE IF NOT EXISTS a.b (c int REFERENCES d.e (f) ON DELETE SET DEFAULT ON UPDATE CASCADE DEFAULT §)
CREATE VIEW v AS SELECT * FROM t WHERE a = '§'
CREATE OR REPLACE TEMP RECURSIVE VIEW v (n) AS VALUES (§) UNION ALL SELECT n + § FROM v
CREATE VIEW v WITH (security_barrier = true) AS SELECT § WITH LOCAL CHECK OPTION
CREATE MATERIALIZED VIEW mv AS SELECT * FROM t WHERE a IN (§, §) WITH DATA
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING btree (lower(a || '§') text_pattern_ops DESC) INCLUDE (b) WITH (fillfactor = §) WHERE c = '§'
CREATE INDEX ON t USING gin (to_tsvector('english§', a))
CREATE SEQUENCE s START § INCREMENT BY -§ MINVALUE -§ MAXVALUE § CACHE § OWNED BY t.a
ALTER SEQUENCE s RESTART WITH §
CREATE TYPE mood AS ENUM ('sad§', 'ok§')
ALTER TYPE mood ADD VALUE 'new§' BEFORE 'ok§'
ALTER TYPE mood RENAME VALUE 'a§' TO 'b§'
CREATE TYPE pair AS (a int, b text)
CREATE DOMAIN d AS text DEFAULT '§' CHECK (VALUE ~ '^§$')
ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE <> '§') NOT VALID
CREATE FUNCTION f(a int DEFAULT §, b text = '§') RETURNS int LANGUAGE sql AS 'SELECT §'
CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SET app.key TO 'x§' AS $fn$BEGIN IF NEW.a = '§' THEN RETURN NULL; END IF; RETURN NEW; END$fn$ COST §
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT '§'; UPDATE t SET a = '§' WHERE b = §; RETURN §; END
CREATE FUNCTION f() RETURNS int LANGUAGE sql SET app.key = m§, m§ STABLE RETURN §
CREATE FUNCTION f() RETURNS int LANGUAGE c AS '/lib/§', 'sym§'
CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := §; COMMIT; END $$
CREATE AGGREGATE agg(int) (sfunc = f, stype = int, initcond = '§')
CREATE OPERATOR === (leftarg = int, rightarg = int, function = f)
CREATE TRIGGER trg BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a = '§') EXECUTE FUNCTION f('arg§', §)
CREATE EVENT TRIGGER et ON ddl_command_start WHEN TAG IN ('CREATE TABLE§') EXECUTE FUNCTION f()
CREATE RULE r AS ON UPDATE TO t WHERE OLD.a = '§' DO INSTEAD INSERT INTO log VALUES ('§', §)
CREATE POLICY p ON t FOR SELECT TO r USING (owner = '§') WITH CHECK (a > §)
CREATE EXTENSION IF NOT EXISTS x SCHEMA s VERSION '§'
ALTER EXTENSION x UPDATE TO '§'
CREATE TABLESPACE ts LOCATION '/secret/§' WITH (seq_page_cost = §)
CREATE DATABASE d TEMPLATE t ENCODING 'utf§' LC_COLLATE 'c§' CONNECTION LIMIT §
CREATE SCHEMA s AUTHORIZATION r CREATE TABLE t (a text DEFAULT '§')
CREATE COLLATION c (provider = icu, locale = 'x§')
CREATE STATISTICS st (ndistinct) ON (a + §), (b || '§') FROM t
CREATE CAST (a AS b) WITH FUNCTION f(a) AS ASSIGNMENT
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, stopwords = 's§')
CREATE LANGUAGE lang HANDLER f
CREATE ACCESS METHOD am TYPE INDEX HANDLER h
CREATE CONVERSION c FOR 'utf§' TO 'latin§' FROM f
ALTER TABLE t ADD COLUMN a text DEFAULT '§', ALTER b SET DEFAULT §, ALTER c TYPE int USING (c::int + §)
ALTER TABLE IF EXISTS ONLY t ADD CONSTRAINT c CHECK (a <> '§') NOT VALID, ALTER a SET STATISTICS §, SET (fillfactor = §)
ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (§) TO (MAXVALUE)
ALTER TABLE t RENAME COLUMN a TO b
ALTER TABLE t OWNER TO r
ALTER INDEX i SET (fillfactor = §)
ALTER VIEW v ALTER COLUMN c SET DEFAULT '§'
ALTER FOREIGN TABLE ft OPTIONS (SET x '§')
ALTER POLICY p ON t USING (a = '§')
ALTER PUBLICATION p ADD TABLE t WHERE (a = '§')
ALTER LARGE OBJECT § OWNER TO r
DROP TABLE IF EXISTS a, b.c CASCADE
DROP MATERIALIZED VIEW mv
DROP FUNCTION f(int, text)
DROP INDEX CONCURRENTLY i
DROP USER MAPPING FOR u SERVER s
DROP TEXT SEARCH DICTIONARY d
`

const broken = String.raw`
SELECT 'a§' -- between↵ 'b§'
SELEC '§' FROM t
SELECT * FROM WHERE a = '§'
SELECT * FROM t WHERE a = '§
SELECT * FROM t WHERE a = E'§\'
SELECT * FROM t WHERE a = U&'§
SELECT * FROM t WHERE a = $$ §
SELECT * FROM t WHERE a = $tag$ § $ta
SELECT * FROM t WHERE a = $tag$ § $tag
SELECT * FROM t /* §
SELECT * FROM t /* § /* */ §
SELECT '§' FROM "t
SELECT a FROM t WHERE b IN (§, §, §
INSERT INTO t VALUES (§, '§'), (§, '
INSERT INTO t VALUES (§, '§'),
SELECT f(§, '§'
SELECT 'it\'s §', 'b§'
SELECT 'a\'§', 'b\'§', x
SELECT '§' 'b§'
SELECT §abc, §é, 0x§g, 12§_, §.5.5
SELECT '§' = = §
UPDATE t SET a = '§' WHERE
ALTER ROLE r PASSWORD m§
ALTER USER r WITH PASSWORD m§ VALID
CREATE ROLE r LOGIN PASSWORD "m§"
WITH a AS (SELECT '§'
COPY t FROM STDIN; §	x§
COPY t (a, b) FROM STDIN WITH (FORMAT csv);↵§,x§↵m§,"y"↵\.
SELECT '§'; SELECT '
\set x '§'
SELECT * FROM t WHERE a = ? AND b = '§'
EXEC proc '§', §
SELECT TOP § * FROM t WHERE a = '§'
SELECT a FROM t LIMIT §, §
SELECT "a" FROM t WHERE b = '§'' OR 1=1
SELECT ) '§' ( §
SELECT ]] '§' [[ §, }{ '§'
SELECT E'\u00§ \'§
SELECT X'§ 
SELECT b'¤
`

const groups = { strings, numbers, typed, queries, writes, comments, utilities, copies, definitions } as const

/** Statements of every kind. */
export const corpus: readonly CorpusStatement[] = [
  ...Object.entries(groups).flatMap(([group, texts]) => statementsOf(group, texts, true)),
  ...statementsOf('broken', broken, false),
]
