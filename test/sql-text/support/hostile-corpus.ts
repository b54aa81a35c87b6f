/** A statement with a secret in a place where some grammar, or somebody's mistake, lets a value stand. */
export interface HostileStatement {
  readonly name: string
  readonly sql: string
  /** What must not be found in anything that is made of it. */
  readonly secret: string
}

/** `§` stands for eight digits that are the statement's own; a line is one statement, ↵ a line feed within it, ␠ a space that isn't one to PostgreSQL. */
function statementsOf([group, texts]: readonly [group: string, texts: string], seed: number): HostileStatement[] {
  return texts
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const secret = `7391${String(1_000 + seed * 400 + index)}`
      return {
        name: `${group} ${index + 1}`,
        sql: line.replaceAll('↵', '\n').replaceAll('␠', '\u00a0').replaceAll('§', secret),
        secret,
      }
    })
}

/** Words, passwords and quotes that no grammar foresees. */
const words = String.raw`
ALTER ROLE update SET app.key = zq§
ALTER ROLE update SET app.key TO zq§
ALTER ROLE "update" IN DATABASE "set" SET app.key = "zq§"
ALTER DATABASE update SET app.key = zq§
ALTER DATABASE update SET app.key TO a, zq§
ALTER FUNCTION update(int) SET app.key = zq§
ALTER FUNCTION update SET app.key TO zq§ RESET ALL
ALTER PROCEDURE update() SET app.key = zq§
ALTER ROUTINE update() SET app.key = zq§
ALTER USER update SET app.key = zq§
ALTER ROLE ALL SET app.key = zq§
ALTER ROLE ALL IN DATABASE update SET app.key = zq§
ALTER ROLE CURRENT_USER SET app.key FROM CURRENT; SET app.key = zq§
ALTER TABLE update SET (app = zq§)
ALTER VIEW update SET (security_barrier = zq§)
ALTER INDEX update SET (fillfactor = zq§)
ALTER ROLE r PASSWORD=zq§
ALTER ROLE r PASSWORD = 'zq§'
ALTER ROLE r PASSWORD:zq§
ALTER ROLE r PASSWORD (zq§)
ALTER ROLE r PASSWORD ('zq§')
ALTER ROLE r PASSWORD zq§
ALTER ROLE r WITH PASSWORD "zq§"
ALTER ROLE r WITH PASSWORD 'zq§ zq§
ALTER ROLE r WITH PASSWORD E'zq§\'
ALTER ROLE r ENCRYPTED PASSWORD zq§
ALTER ROLE r UNENCRYPTED PASSWORD 'zq§'
ALTER ROLE r WITH LOGIN PASSWORD zq§ VALID UNTIL '2030-01-01'
ALTER ROLE r IDENTIFIED BY zq§
ALTER ROLE r IDENTIFIED BY 'zq§'
ALTER USER r SET PASSWORD = zq§
SET PASSWORD FOR r = zq§
SET PASSWORD FOR 'r'@'%' = PASSWORD('zq§')
CREATE ROLE r PASSWORD=zq§
CREATE ROLE r LOGIN PASSWORD zq§
CREATE USER r PASSWORD (zq§)
CREATE USER zq IDENTIFIED BY zq§
CREATE GROUP g PASSWORD zq§
CREATE ROLE r SYSID zq§
CREATE ROLE r PASSWORD NULL; ALTER ROLE r PASSWORD zq§
EXPLAIN ALTER ROLE r PASSWORD 'zq§'
EXPLAIN (ANALYZE) ALTER ROLE r PASSWORD zq§
EXPLAIN ANALYZE ALTER ROLE r SET app.key = zq§
PREPARE p AS ALTER ROLE r PASSWORD 'zq§'
PREPARE p AS ALTER ROLE r PASSWORD zq§
DECLARE c CURSOR FOR ALTER ROLE r PASSWORD zq§
COPY (ALTER ROLE r PASSWORD 'zq§') TO STDOUT
CREATE TABLE t AS ALTER ROLE r PASSWORD 'zq§'
BEGIN; ALTER ROLE r PASSWORD zq§; COMMIT
SELECT 1; ALTER ROLE r PASSWORD zq§
SELECT 1; SELECT 2; \password zq§
SELECT $12373911053, $§
SELECT * FROM t WHERE price = $§
SELECT * FROM t WHERE price > $§.00 AND b = 1
SELECT * FROM t WHERE price = $§zq
SELECT $§$zq§$§$
SELECT $1zq§
SELECT a FROM t WHERE b LIKE 'x' ESCAPE '\' AND c = 'zq§'
SELECT a FROM t WHERE b LIKE 'it\'s' AND zq§ = 'x\''
SELECT a FROM t WHERE b LIKE 'x%' ESCAPE '\', zq§ , '\'
SELECT 'a\', zq§, 'b\', 1
SELECT 'C:\temp\', zq§, 'D:\zq§\'
INSERT INTO t VALUES ('O\'Brien zq§', 1)
INSERT INTO t VALUES ('\', zq§ ,'\')
SELECT a FROM t WHERE b = ‘zq§’
SELECT a FROM t WHERE b = ‘my zq§ word’ AND c = 1
SELECT ‘a , zq§, b’
SELECT “a, zq§, b” FROM t
SELECT „a, zq§, b“ FROM t
SELECT «a , zq§ , b» FROM t
SELECT ‹ zq§ › FROM t
SELECT 「zq§」, 『 zq§ 』 FROM t
SELECT ＇zq§＇, ＂ zq§ ＂ FROM t
SELECT ´zq§´, ′ zq§ ′ FROM t
SELECT ʼ a , zq§ ʼ FROM t
SELECT ꞌ a , zq§ ꞌ FROM t
SELECT a FROM t WHERE b = ٤٧zq§
SELECT a FROM t WHERE b = ４７ , zq§
SELECT a FROM t WHERE b = １２zq§３
SELECT a FROM t WHERE pin = 𝟜𝟟 AND b = zq§
COPY t FROM STDIN↵zq§	42
COPY t FROM STDIN↵zq§	42↵\.
COPY t (a, b) FROM STDIN WITH (FORMAT csv)↵zq§,42
COPY t FROM STDIN WITH CSV HEADER↵a,b↵zq§,1
COPY t FROM STDIN;↵zq§	42↵\.
COPY t FROM STDIN;↵SELECT zq§
COPY t FROM STDIN; UPDATE t SET a = zq§
COPY public.t FROM stdin;↵zq§	update	set
copy t from stdin csv;↵zq§,"it's"↵
SELECT 1; COPY t FROM STDIN;↵zq§
SELECT 'it's zq§', 'x'
SELECT 'it's zq§', 'it's x'
SELECT * FROM t WHERE n = 'O'Brien zq§' AND m = 'D'Arcy'
SELECT * FROM t WHERE n = 'O'zq§
SELECT * FROM t WHERE size = 5" AND note = "zq§
SELECT * FROM t WHERE size = "5"zq§
SELECT * FROM t WHERE note = ""zq§""
SELECT * FROM t WHERE zq§'
SELECT * FROM t WHERE a = #zq§#
SELECT * FROM t WHERE a = [zq§]
SELECT * FROM t WHERE a = {zq§}
SELECT * FROM t WHERE a = {d 'zq§'}
SELECT * FROM t WHERE a = q'[zq§]'
SELECT * FROM t WHERE a = q'{it's zq§}' AND b = 'x'
SELECT * FROM t WHERE a = :'zq§'
SELECT * FROM t WHERE a = :"zq§"
SELECT * FROM t WHERE a = :zq§
SELECT * FROM t WHERE a = %zq§s
SELECT * FROM t WHERE a = %(zq§)s
SELECT * FROM t WHERE a = <zq§>
SELECT * FROM t WHERE a = zq§ zq§
SELECT * FROM t WHERE a = my zq§ password
SELECT * FROM t WHERE email = me@zq§.com LIMIT
SELECT * FROM t WHERE ip = 10.73.91.§.4
SELECT * FROM t WHERE at = 2024-01-01 zq§:00
SELECT * FROM t WHERE a = x.zq§.y.z..w
SELEC zq§ FROM t
SELECT FROM WHERE zq§
zq§
'zq§'
"zq§"
$$zq§$$
CREATE zq§
CREATE zq§ TABLE t
ALTER zq§ r PASSWORD 'x'
DROP zq§ IF EXISTS x
DROP zq§
psql -U me -W zq§
\connect postgres://me:zq§@host/db
\copy t FROM PROGRAM 'echo zq§'
postgres://me:zq§@host/db
{"password": "zq§"}
password=zq§
<insufficient zq§>
autovacuum: zq§
START_REPLICATION SLOT zq§ LOGICAL 0/0 (proto_version '1')
BASE_BACKUP LABEL 'zq§' PROGRESS
CREATE_REPLICATION_SLOT zq§ LOGICAL pgoutput
`

/** Every command of the manual that takes a value, with the value in each place that takes one. */
const commands = String.raw`
ALTER AGGREGATE zq.a(int) RENAME TO b; SET app.key = zq§
ALTER COLLATION c REFRESH VERSION; SET a.b TO zq§
ALTER DATABASE d CONNECTION LIMIT §
ALTER DATABASE d SET TABLESPACE x; ALTER DATABASE d SET a.b = zq§
ALTER DATABASE d WITH zq = zq§
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r; SET a.b = zq§
ALTER DOMAIN d SET DEFAULT 'zq§'
ALTER DOMAIN d SET DEFAULT §
ALTER DOMAIN d ADD CHECK (VALUE IN ('zq§', 'x'))
ALTER EVENT TRIGGER e DISABLE; SET a.b = zq§
ALTER EXTENSION e UPDATE TO 'zq§'
ALTER EXTENSION e UPDATE TO "zq§"
ALTER EXTENSION e UPDATE TO zq§
ALTER FOREIGN DATA WRAPPER w OPTIONS (ADD a 'zq§', SET b 'zq§', DROP c)
ALTER FOREIGN TABLE f ALTER COLUMN c OPTIONS (ADD a 'zq§')
ALTER FOREIGN TABLE f OPTIONS (password 'zq§')
ALTER FUNCTION f(int) COST § ROWS §
ALTER FUNCTION f(int) SUPPORT g SET a.b = zq§, 'zq§'
ALTER GROUP g ADD USER u; ALTER ROLE g PASSWORD 'zq§'
ALTER INDEX i ALTER COLUMN 1 SET STATISTICS §
ALTER INDEX i SET (autosummarize = zq§, pages_per_range = §)
ALTER LARGE OBJECT § OWNER TO r
ALTER MATERIALIZED VIEW m SET (autovacuum_enabled = zq§)
ALTER OPERATOR + (int, int) SET (RESTRICT = zq, JOIN = zq, JOINFUNC = zq§)
ALTER OPERATOR FAMILY f USING btree ADD OPERATOR § < (int, int)
ALTER POLICY p ON t USING (a = 'zq§') WITH CHECK (b = §)
ALTER PUBLICATION p SET (publish = 'zq§', publish_via_partition_root = zq§)
ALTER PUBLICATION p ADD TABLE t (a) WHERE (b > § AND c = 'zq§')
ALTER ROLE r CONNECTION LIMIT § VALID UNTIL 'zq§' PASSWORD 'zq§'
ALTER ROLE r SET search_path TO zq§, "zq§", 'zq§'
ALTER SEQUENCE s INCREMENT BY § MINVALUE § MAXVALUE § START WITH § RESTART § CACHE §
ALTER SERVER s VERSION 'zq§' OPTIONS (ADD a 'zq§')
ALTER STATISTICS s SET STATISTICS §
ALTER SUBSCRIPTION s CONNECTION 'host=x password=zq§'
ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = zq§)
ALTER SUBSCRIPTION s SET (slot_name = zq§, synchronous_commit = zq§)
ALTER SUBSCRIPTION s SKIP (lsn = '0/zq§')
ALTER SUBSCRIPTION s SET (origin = "zq§")
ALTER SYSTEM SET app.key = zq§
ALTER SYSTEM SET primary_conninfo = 'password=zq§'
ALTER SYSTEM SET ssl_passphrase_command TO 'echo zq§'
ALTER SYSTEM SET app.key TO zq§, 'zq§', §
ALTER SYSTEM RESET app.key; SET app.key = zq§
ALTER TABLE t ADD COLUMN c text DEFAULT 'zq§' CHECK (c <> 'zq§') COLLATE "C"
ALTER TABLE t ALTER c SET DEFAULT §, ALTER d SET STATISTICS §, ALTER e SET (n_distinct = -§)
ALTER TABLE t ALTER c TYPE int USING (c::int + §)
ALTER TABLE t ALTER c SET STORAGE zq§
ALTER TABLE t ALTER c SET COMPRESSION zq§; SET a.b TO zq§
ALTER TABLE t SET (fillfactor = §, toast.autovacuum_enabled = zq§, user_catalog_table = zq§)
ALTER TABLE t ALTER c ADD GENERATED ALWAYS AS IDENTITY (START § INCREMENT §)
ALTER TABLE t ALTER c SET GENERATED ALWAYS SET START § RESTART WITH §
ALTER TABLE t ATTACH PARTITION p FOR VALUES FROM ('zq§', MINVALUE) TO (§, MAXVALUE)
ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (zq§)
ALTER TABLE t ATTACH PARTITION p FOR VALUES WITH (MODULUS §, REMAINDER §)
ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (a WITH &&) WITH (fillfactor = zq§) WHERE (b = 'zq§')
ALTER TABLESPACE s SET (seq_page_cost = §, effective_io_concurrency = zq§)
ALTER TEXT SEARCH DICTIONARY d (stopwords = zq§, language = 'zq§')
ALTER TYPE t ADD VALUE 'zq§' AFTER 'zq§'
ALTER TYPE t RENAME VALUE 'zq§' TO 'zq§'
ALTER TYPE t SET (receive = f, storage = zq§)
ALTER USER MAPPING FOR u SERVER s OPTIONS (SET password 'zq§', ADD user 'zq§')
ALTER USER MAPPING FOR u SERVER s OPTIONS (password zq§)
ANALYZE (VERBOSE zq§) t
ANALYZE (BUFFER_USAGE_LIMIT 'zq§') t
BEGIN; SET LOCAL app.key = zq§; COMMIT
CALL p('zq§', §, a => 'zq§', VARIADIC ARRAY['zq§'])
CALL p((SELECT 'zq§'))
CHECKPOINT (MODE zq§)
CLUSTER (VERBOSE zq§) t
COMMENT ON TABLE t IS 'zq§'
COMMENT ON COLUMN t.c IS $c$zq§$c$
COMMENT ON ROLE r IS U&'zq§\0041'
COMMENT ON LARGE OBJECT § IS 'zq§'
COMMIT PREPARED 'zq§'
COPY t FROM '/secret/zq§'
COPY t FROM PROGRAM 'curl -u me:zq§ http://x'
COPY t TO PROGRAM $$gpg --passphrase zq§$$
COPY t FROM '/x' WITH (FORMAT zq§, DELIMITER 'zq§', NULL 'zq§', DEFAULT 'zq§', HEADER zq§)
COPY t FROM '/x' WITH (QUOTE 'zq§', ESCAPE 'zq§', ENCODING 'zq§', ON_ERROR zq§, REJECT_LIMIT §, LOG_VERBOSITY zq§)
COPY t FROM '/x' DELIMITERS 'zq§' WITH NULL AS 'zq§'
COPY t TO STDOUT (password zq§)
COPY t TO STDOUT (password (zq§, 'zq§', §))
COPY (SELECT 'zq§', § FROM t WHERE a = 'zq§') TO STDOUT
COPY t FROM STDIN WHERE a = 'zq§' AND b > §
CREATE ACCESS METHOD m TYPE INDEX HANDLER h; SET a.b = zq§
CREATE AGGREGATE a(int) (sfunc = f, stype = int, initcond = zq§, sspace = §)
CREATE AGGREGATE a(int) (sfunc = f, stype = int, password = zq§, minitcond = 'zq§')
CREATE CAST (a AS b) WITHOUT FUNCTION; SET a.b = zq§
CREATE COLLATION c (locale = 'zq§', deterministic = zq§, version = 'zq§', rules = 'zq§')
CREATE COLLATION c (locale = "zq§")
CREATE CONVERSION c FOR 'zq§' TO 'zq§' FROM f
CREATE DATABASE d ENCODING 'zq§' LOCALE 'zq§' ICU_LOCALE "zq§" CONNECTION LIMIT § OID §
CREATE DATABASE d PASSWORD = zq§
CREATE DATABASE d password zq§
CREATE DATABASE d STRATEGY = zq§ LOCALE_PROVIDER = zq§
CREATE DOMAIN d AS varchar(10) DEFAULT 'zq§' CONSTRAINT c CHECK (VALUE = 'zq§')
CREATE EVENT TRIGGER e ON ddl_command_start WHEN tag IN ('zq§', 'x') EXECUTE FUNCTION f()
CREATE EXTENSION e VERSION 'zq§'
CREATE EXTENSION e VERSION zq§
CREATE EXTENSION e VERSION "zq§" CASCADE
CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'zq§')
CREATE FOREIGN TABLE f (c int OPTIONS (a 'zq§')) SERVER s OPTIONS (user 'zq§', password 'zq§')
CREATE FOREIGN TABLE f PARTITION OF p FOR VALUES IN ('zq§') SERVER s
CREATE FUNCTION f(a text DEFAULT 'zq§', b int = §) RETURNS text LANGUAGE sql AS 'SELECT ''zq§'''
CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN 'zq§'; END$$
CREATE FUNCTION f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'zq§'; INSERT INTO t VALUES ('zq§', §); END
CREATE FUNCTION f() RETURNS text LANGUAGE sql RETURN 'zq§' || §
CREATE FUNCTION f() RETURNS text LANGUAGE c AS '/lib/zq§', 'zq§'
CREATE FUNCTION f() RETURNS text SET app.key = zq§ SET app.two TO 'zq§', zq§ LANGUAGE sql COST § ROWS § AS ''
CREATE FUNCTION f() RETURNS text LANGUAGE 'zq§' AS ''
CREATE FUNCTION f() RETURNS text LANGUAGE sql WITH (password = zq§) AS 'x'
CREATE OR REPLACE FUNCTION f() RETURNS text SECURITY DEFINER SET search_path = zq§ LANGUAGE sql AS 'x'
CREATE GROUP g WITH SYSID § PASSWORD 'zq§'
CREATE INDEX i ON t (a opclass (password = zq§, siglen = §)) WITH (fillfactor = §, fastupdate = zq§) WHERE a = 'zq§'
CREATE INDEX i ON t ((a || 'zq§'), (b + §))
CREATE LANGUAGE l HANDLER h; SET a.b = zq§
CREATE MATERIALIZED VIEW m WITH (fillfactor = §) AS SELECT 'zq§' AS a
CREATE OPERATOR === (leftarg = int, function = f, password = zq§)
CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR § <, FUNCTION § f(int, int)
CREATE POLICY p ON t USING (owner = 'zq§' AND n = §) WITH CHECK (a IN ('zq§'))
CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN PERFORM set_config(''a.b'', ''zq§'', true); END'
CREATE PUBLICATION p FOR TABLE t WHERE (a = 'zq§') WITH (publish = 'zq§', publish_generated_columns = zq§)
CREATE ROLE r WITH PASSWORD 'zq§' VALID UNTIL 'zq§' CONNECTION LIMIT §
CREATE ROLE r ENCRYPTED PASSWORD 'SCRAM-SHA-256$4096:zq§==$x:y='
CREATE ROLE r PASSWORD U&'\007azq§'
CREATE ROLE r PASSWORD $zq$zq§$zq$
CREATE RULE r AS ON INSERT TO t WHERE NEW.a = 'zq§' DO INSTEAD (INSERT INTO u VALUES ('zq§'); NOTIFY c, 'zq§')
CREATE SCHEMA s CREATE TABLE t (a text DEFAULT 'zq§') CREATE VIEW v AS SELECT 'zq§' AS x
CREATE SEQUENCE s AS bigint INCREMENT § MINVALUE § MAXVALUE § START § CACHE §
CREATE SERVER s TYPE 'zq§' VERSION 'zq§' FOREIGN DATA WRAPPER w OPTIONS (host 'zq§', password 'zq§')
CREATE STATISTICS s ON (a + §), (b || 'zq§') FROM t
CREATE SUBSCRIPTION s CONNECTION 'host=x password=zq§' PUBLICATION p
CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (slot_name = zq§, password_required = zq§)
CREATE SUBSCRIPTION s CONNECTION $$password=zq§$$ PUBLICATION p WITH (slot_name = 'zq§', origin = zq§)
CREATE TABLE t (a text DEFAULT 'zq§', b int CHECK (b > §), c text GENERATED ALWAYS AS (a || 'zq§') STORED)
CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY (START § CACHE §), b numeric(§, §))
CREATE TABLE t (a text) WITH (fillfactor = §, password = zq§, "zq" = "zq§", oids = zq§)
CREATE TABLE t (a text) PARTITION BY RANGE ((a || 'zq§'))
CREATE TABLE t PARTITION OF p FOR VALUES FROM ('zq§') TO (§)
CREATE TABLE t PARTITION OF p FOR VALUES FROM (zq§, "zq§") TO (MAXVALUE, zq§)
CREATE TABLE t PARTITION OF p FOR VALUES IN ('zq§', §, zq§)
CREATE TABLE t PARTITION OF p FOR VALUES WITH (MODULUS §, REMAINDER §)
CREATE TABLE t OF ty (a WITH OPTIONS DEFAULT 'zq§')
CREATE TABLE t AS SELECT 'zq§' AS a, § AS b
CREATE TABLE t AS VALUES ('zq§', §)
CREATE TABLE t AS EXECUTE p(zq§, 'zq§', §)
CREATE TABLESPACE s OWNER r LOCATION '/secret/zq§' WITH (random_page_cost = zq§)
CREATE TEXT SEARCH CONFIGURATION c (parser = p, password = zq§)
CREATE TEXT SEARCH DICTIONARY d (template = t, stopwords = zq§, dictfile = 'zq§')
CREATE TRANSFORM FOR int LANGUAGE l (FROM SQL WITH FUNCTION f(int)); SET a.b = zq§
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a = 'zq§') EXECUTE FUNCTION f('zq§', zq§, §, "zq§")
CREATE TYPE e AS ENUM ('zq§', 'b')
CREATE TYPE b (input = f, output = g, internallength = §, default = 'zq§', category = zq§, delimiter = 'zq§')
CREATE TYPE r AS RANGE (subtype = int, password = zq§)
CREATE USER u PASSWORD 'zq§' IN GROUP g
CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'zq§', password 'zq§')
CREATE USER MAPPING FOR u SERVER s OPTIONS (password zq§)
CREATE VIEW v WITH (security_barrier = zq§) AS SELECT 'zq§' AS a WHERE § > 1
CREATE RECURSIVE VIEW v (n) AS VALUES ('zq§') UNION ALL SELECT 'zq§'
DECLARE c CURSOR FOR SELECT 'zq§' WHERE § = 1
DELETE FROM t WHERE a = 'zq§' RETURNING 'zq§' || §
DO $$BEGIN EXECUTE 'ALTER ROLE r PASSWORD ''zq§'''; END$$
DO 'BEGIN PERFORM ''zq§''; END' LANGUAGE plpgsql
DO LANGUAGE 'zq§' 'x'
DO $zq$ zq§ $zq$ LANGUAGE plpgsql
EXECUTE p('zq§', §, zq§, "zq§")
EXECUTE p(ROW('zq§'), ARRAY[§], (SELECT 'zq§'))
EXPLAIN SELECT 'zq§'
EXPLAIN (FORMAT zq§, COSTS zq§, SERIALIZE 'zq§') SELECT 'zq§'
EXPLAIN EXECUTE p(zq§)
EXPLAIN CREATE TABLE t AS SELECT 'zq§'
EXPLAIN DECLARE c CURSOR FOR SELECT 'zq§'
FETCH § FROM c
FETCH ABSOLUTE -§ FROM c
MOVE RELATIVE § IN c
GRANT SELECT ON LARGE OBJECT § TO r
IMPORT FOREIGN SCHEMA s FROM SERVER v INTO t OPTIONS (a 'zq§')
LISTEN c; NOTIFY c, 'zq§'
LOAD '/lib/zq§'
LOAD $$zq§$$
NOTIFY c, 'zq§'
NOTIFY c, $$zq§$$
NOTIFY c, zq§
PREPARE p AS SELECT 'zq§', $1
PREPARE p (varchar(§)) AS INSERT INTO t VALUES ('zq§')
PREPARE TRANSACTION 'zq§'
REFRESH MATERIALIZED VIEW m; SET a.b = zq§
REINDEX (CONCURRENTLY zq§, TABLESPACE zq) TABLE t
RESET app.key; SET app.key = zq§
ROLLBACK PREPARED 'zq§'
SECURITY LABEL FOR p ON ROLE r IS 'zq§'
SECURITY LABEL FOR 'p' ON COLUMN t.c IS $$zq§$$
SELECT set_config('app.key', 'zq§', false)
SELECT INTO zq FROM t WHERE a = 'zq§'
SELECT 'zq§' AS a INTO TEMP u FROM t
SET app.key = zq§
SET app.key = "zq§"
SET app.key TO 'zq§'
SET app.key TO zq§, zq§, 'zq§', §, -§
SET SESSION app.key = zq§
SET LOCAL app.key TO zq§
SET TIME ZONE zq§
SET TIME ZONE 'zq§'
SET TIME ZONE -§
SET TIME ZONE INTERVAL 'zq§' HOUR TO MINUTE
SET TIME ZONE INTERVAL(§) 'zq§'
SET ROLE zq§
SET ROLE "zq§"
SET SESSION AUTHORIZATION zq§
SET LOCAL SESSION AUTHORIZATION 'zq§'
SET NAMES zq§
SET NAMES 'zq§'
SET SCHEMA 'zq§'
SET XML OPTION DOCUMENT; SET a.b = zq§
SET TRANSACTION SNAPSHOT 'zq§'
SET CONSTRAINTS ALL DEFERRED; SET a.b = zq§
SET a.b.c = zq§
SET "app.key" = zq§
SET update TO zq§
SET app.update = zq§; UPDATE t SET a = 'zq§'
UPDATE t SET a = 'zq§'; SET app.key = zq§
VACUUM (PARALLEL §, INDEX_CLEANUP zq§, BUFFER_USAGE_LIMIT 'zq§') t
VALUES ('zq§', §), (DEFAULT, -§)
WITH a AS (SELECT 'zq§') CREATE TABLE t AS SELECT 1
`

/** What the lexer must know to be a value, or to hide one. */
const literals = String.raw`
SELECT 'zq§', ''zq§'', '''zq§'''
SELECT E'zq§', E'\'zq§', E'\\', 'zq§', e'\x7azq§\''
SELECT U&'zq§', U&'\+00007Azq§', U&'!007Azq§' UESCAPE '!', u&'zq§' UESCAPE 'q'
SELECT N'zq§', n'zq§', NCHAR 'zq§', NATIONAL CHARACTER 'zq§'
SELECT B'zq§', b'zq§', X'zq§', x'zq§', B'§', X'§'
SELECT $$zq§$$, $a$zq§$a$, $a$ $b$ zq§ $b$ $a$, $ä$zq§$ä$, $_$zq§$_$
SELECT $a$zq§$A$ zq§ $a$
SELECT 1$$zq§$$, 'x'$$zq§$$, f($$zq§$$)
SELECT 'zq§'↵'zq§'↵	'zq§'
SELECT 'zq§' -- zq§↵'zq§'
SELECT E'zq§'↵'\'zq§'
SELECT U&'zq§'↵'zq§\0041'
SELECT §, -§, +§, §., .§, §.§, §e5, §E+5, 1e§, .§e-§
SELECT 0x§, 0X§, 0o7, 0b1, 0x_§, §_000, 1_§, 0x7391_§
SELECT §abc, §_, 0xg§, §e, §e+, 1.§.5
SELECT interval 'zq§', interval '§' day to second(3), interval(§) 'zq§', '§ days'::interval
SELECT date 'zq§', time 'zq§', timestamp with time zone 'zq§', timestamptz'zq§', json'{"a":"zq§"}'
SELECT bit 'zq§', bit(§) 'zq§', varbit'zq§', character varying(§) 'zq§', "char" 'zq§', zq.type 'zq§'
SELECT CAST('zq§' AS text), 'zq§'::zq.type, TREAT('zq§' AS text)
SELECT ARRAY['zq§', §], ARRAY[[§], ['zq§']], '{zq§}'::text[], array_fill(§, ARRAY[§])
SELECT ROW('zq§', §), ('zq§', §), ROW(ROW('zq§'))
SELECT (ARRAY['zq§'])[§], a[§:§], a['zq§'] FROM t
SELECT * FROM t LIMIT § OFFSET §
SELECT * FROM t FETCH FIRST § ROWS ONLY
SELECT * FROM t OFFSET § ROWS FETCH NEXT (§ + 1) ROWS WITH TIES
SELECT * FROM t TABLESAMPLE SYSTEM (§) REPEATABLE (§)
SELECT * FROM t WHERE (a, b) = ('zq§', §) OR a IN ('zq§', 'x') OR a BETWEEN 'zq§' AND 'zq§'
SELECT CASE 'zq§' WHEN 'zq§' THEN § ELSE 'zq§' END
SELECT XMLTABLE.* FROM XMLTABLE(XMLNAMESPACES('zq§' AS x), '/zq§' PASSING 'zq§' COLUMNS a int PATH 'zq§' DEFAULT §)
SELECT xmlelement(name a, xmlattributes('zq§' AS b), 'zq§'), xmlpi(name p, 'zq§'), xmlroot('zq§', version 'zq§')
SELECT JSON_TABLE.* FROM JSON_TABLE('zq§', '$.zq§' AS p PASSING 'zq§' AS x COLUMNS (a int PATH '$.zq§' DEFAULT § ON ERROR))
SELECT JSON_VALUE('zq§', '$.zq§' PASSING § AS x DEFAULT 'zq§' ON EMPTY), JSON_SCALAR('zq§'), JSON('zq§')
SELECT JSON_OBJECT('zq§': 'zq§' ABSENT ON NULL), JSON_ARRAY('zq§', § RETURNING text), JSON_SERIALIZE('zq§')
SELECT 'zq§' IS JSON OBJECT, 'zq§' IS NORMALIZED, 'zq§' COLLATE "C", 'zq§' AT TIME ZONE 'zq§'
SELECT a -> 'zq§' ->> § #> '{zq§}' @? '$.zq§' ? 'zq§' FROM t
SELECT substring('zq§' FROM 'zq§' FOR 'zq§'), substring('zq§' SIMILAR 'zq§' ESCAPE 'z')
SELECT trim(BOTH 'zq§' FROM 'zq§'), overlay('zq§' PLACING 'zq§' FROM §), position('zq§' IN 'zq§'), normalize('zq§', NFC)
SELECT extract('zq§' FROM now()), extract(epoch FROM 'zq§'::date)
SELECT sum(a) FILTER (WHERE b = 'zq§') OVER (ORDER BY a ROWS § PRECEDING EXCLUDE TIES), percentile_disc(.§) WITHIN GROUP (ORDER BY a) FROM t
SELECT 'zq§' ORDER BY 'zq§' USING < LIMIT §
SELECT a FROM t GROUP BY a HAVING max(b) = 'zq§' WINDOW w AS (ORDER BY 'zq§')
SELECT a FROM f('zq§', VARIADIC ARRAY['zq§'], b => 'zq§', c := 'zq§') AS x (a text)
SELECT * FROM ROWS FROM (f('zq§') AS (a text), g(§)) WITH ORDINALITY
WITH RECURSIVE a AS (SELECT 'zq§' UNION ALL SELECT 'zq§') SEARCH DEPTH FIRST BY x SET y CYCLE x SET z TO 'zq§' DEFAULT 'zq§' USING p SELECT * FROM a
INSERT INTO t VALUES ('zq§') ON CONFLICT (a) WHERE b = 'zq§' DO UPDATE SET a = 'zq§' WHERE t.b = §
INSERT INTO t (a) SELECT 'zq§' RETURNING WITH (OLD AS o) 'zq§'
MERGE INTO t USING (VALUES ('zq§')) AS s (a) ON t.a = 'zq§' WHEN MATCHED AND s.a = 'zq§' THEN UPDATE SET b = 'zq§' WHEN NOT MATCHED THEN INSERT VALUES ('zq§', §)
SELECT 1 /* zq§ */, /* a /* zq§ */ zq§ */ 2 -- zq§
SELECT 1 /* zq§
SELECT 1 /* a /* b */ zq§
SELECT 1 -- zq§
/* zq§ */
-- zq§
SELECT 1 /*+ zq§ */ FROM t /*!50000 zq§ */
SELECT 1 /*zq='zq§',password='zq§'*/
SELECT 1 /* traceparent='00-zq§-x-01' */
SELECT 1 # zq§ is a comment in MySQL and not here
SELECT 1; -- zq§
SELECT '--', zq§ 'x
SELECT 'zq§
SELECT E'zq§\'
SELECT $$zq§
SELECT $a$zq§$a
SELECT "zq§
SELECT U&'zq§' UESCAPE zq§
SELECT U&'zq§' UESCAPE 'zq§'
SELECT U&"zq§\" FROM t
SELECT 'a' 'zq§'
SELECT a FROM t WHERE b =␠'zq§' AND zq§␠= 1
SELECT a FROM t WHERE b = zq§␠AND c
SELECT a FROM t WHERE b = '﻿zq§' AND ﻿c = zq§ d
﻿SELECT zq§ FROM
SELECT a　FROM　t　WHERE　b　=　zq§　x
SELECT a FROM t WHERE b = zq§‏ , ‎ x y
SELECT a FROM t WHERE b = �zq§ AND c = �
SELECT a FROM t WHERE b =␠zq§
SELECT 'zq§'zq§
SELECT "a"zq§
SELECT "a" "zq§" zq§
SELECT 5'zq§
SELECT 5"zq§"
SELECT ''zq§''
SELECT '' zq§ '' x
`

const groups = { words, commands, literals }

/** At least 250 statements, none of them of the other corpus. */
export const hostileCorpus: readonly HostileStatement[] = Object.entries(groups).flatMap(statementsOf)

/** By PostgreSQL's grammar these are names of columns, whatever was meant; they are shown. */
export const namedSecrets: readonly string[] = [
  'SELECT a FROM t WHERE b = "zq"',
  'SELECT a FROM t WHERE b = zq',
  'INSERT INTO t VALUES ("zq", zq)',
  "SELECT 'x' AS zq, 'y' zq",
  'LISTEN zq',
  'SAVEPOINT zq',
  'CALL p(zq)',
  'SELECT * FROM t WHERE a = @zq',
  'COPY t TO STDOUT (zq)',
  'SELECT a$$zq$$',
  'autovacuum: VACUUM public.zq',
]
