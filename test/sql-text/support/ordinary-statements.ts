/** What applications send: by hand, from Rails, Django, Hibernate, SQLAlchemy, Prisma and psql. */
export const ordinaryStatements: readonly string[] = String.raw`
SELECT 1
SELECT now()
SELECT version()
SHOW server_version
BEGIN
COMMIT
SELECT * FROM users WHERE id = 1
SELECT count(*) FROM orders
SELECT "users".* FROM "users" WHERE "users"."email" = $1 LIMIT $2
SELECT "posts"."id" AS t0_r0, "comments"."body" AS t1_r4 FROM "posts" LEFT OUTER JOIN "comments" ON "comments"."post_id" = "posts"."id" WHERE "posts"."published" = TRUE
INSERT INTO "users" ("email", "created_at", "updated_at") VALUES ($1, $2, $3) RETURNING "id"
UPDATE "users" SET "last_seen_at" = $1, "updated_at" = $2 WHERE "users"."id" = $3
DELETE FROM "sessions" WHERE "sessions"."id" IN ($1, $2, $3)
SELECT 1 AS one FROM "users" WHERE "users"."email" = 'a@b.c' LIMIT 1
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE a.attrelid = '"users"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT "auth_user"."id", "auth_user"."password" FROM "auth_user" WHERE "auth_user"."username" = 'bob'
SELECT COUNT(*) AS "__count" FROM "shop_order" WHERE ("shop_order"."status" = 'open' AND "shop_order"."created" >= '2024-01-01T00:00:00+00:00'::timestamptz)
INSERT INTO "shop_order" ("user_id", "total") VALUES (5, 10.5), (6, 11.0) RETURNING "shop_order"."id"
SELECT "shop_order"."id" FROM "shop_order" WHERE UPPER("shop_order"."name"::text) LIKE UPPER('%x%') ORDER BY "shop_order"."id" DESC LIMIT 21
SAVEPOINT "s140_x1"
RELEASE SAVEPOINT "s140_x1"
select user0_.id as id1_0_0_, user0_.name as name2_0_0_ from users user0_ where user0_.id=?1
select u1_0.id,u1_0.name from users u1_0 where u1_0.id=$1
select nextval('users_seq')
insert into users (name, version, id) values ($1, $2, $3)
update users set name=$1, version=$2 where id=$3 and version=$4
SELECT users.id AS users_id, users.name AS users_name FROM users WHERE users.name = 'x'
SELECT users.id AS users_id FROM users JOIN addresses AS addresses_1 ON users.id = addresses_1.user_id WHERE addresses_1.email = $1::VARCHAR
INSERT INTO users (name) SELECT p0::VARCHAR FROM (VALUES ($1, 0), ($2, 1)) AS imp_sen(p0, sen_counter) ORDER BY sen_counter RETURNING users.id, users.id AS id__1
SELECT "public"."User"."id", "public"."User"."email" FROM "public"."User" WHERE ("public"."User"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3
SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relkind IN ('r','p') ORDER BY 1
WITH recent AS (SELECT * FROM orders WHERE created_at > now() - interval '7 days') SELECT customer_id, sum(total) FROM recent GROUP BY customer_id HAVING sum(total) > 100 ORDER BY 2 DESC
WITH RECURSIVE tree AS (SELECT id, parent_id, 1 AS depth FROM nodes WHERE parent_id IS NULL UNION ALL SELECT n.id, n.parent_id, t.depth + 1 FROM nodes n JOIN tree t ON t.id = n.parent_id) SELECT * FROM tree
SELECT id, row_number() OVER (PARTITION BY region ORDER BY total DESC) AS rank FROM sales
SELECT jsonb_agg(data->'items') FROM events WHERE data @> '{"type": "click"}' AND data ? 'user'
SELECT * FROM documents WHERE to_tsvector('english', body) @@ plainto_tsquery('english', 'quick fox')
SELECT date_trunc('hour', at) AS hour, count(*) FROM hits GROUP BY 1 ORDER BY 1
SELECT DISTINCT ON (customer_id) * FROM orders ORDER BY customer_id, created_at DESC
SELECT * FROM a CROSS JOIN LATERAL (SELECT * FROM b WHERE b.a_id = a.id LIMIT 3) x
SELECT coalesce(sum(amount), 0)::numeric(12,2) FROM payments WHERE status <> 'void'
SELECT extract(epoch FROM now() - created_at) FROM jobs WHERE locked_at IS NULL FOR UPDATE SKIP LOCKED LIMIT 1
UPDATE jobs SET locked_at = now(), worker = 'w1' WHERE id = (SELECT id FROM jobs WHERE locked_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING *
INSERT INTO counters (key, n) VALUES ('a', 1) ON CONFLICT (key) DO UPDATE SET n = counters.n + excluded.n
DELETE FROM events WHERE at < now() - '90 days'::interval
MERGE INTO stock USING deliveries ON stock.id = deliveries.id WHEN MATCHED THEN UPDATE SET n = stock.n + deliveries.n WHEN NOT MATCHED THEN INSERT (id, n) VALUES (deliveries.id, deliveries.n)
SELECT * FROM generate_series(1, 10) AS g(n)
SELECT CASE WHEN total > 100 THEN 'big' ELSE 'small' END FROM orders
SELECT array_agg(id ORDER BY id) FILTER (WHERE ok) FROM t
SELECT (SELECT max(id) FROM b), EXISTS (SELECT FROM c WHERE c.a = a.id) FROM a
SELECT * FROM t WHERE (a, b) IN ((1, 2), (3, 4))
SELECT * FROM t WHERE id = ANY ($1::int[])
SELECT * FROM "Weird Table" WHERE "a column" ~* '^x' AND größe > 3
SELECT t.* FROM tbl AS t WHERE t.name LIKE 'a%' ESCAPE '!'
SELECT 'it''s', E'tab\t', $$dollar$$, x'ff'
EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM orders WHERE id = 5
CREATE TABLE orders (id bigserial PRIMARY KEY, state text NOT NULL DEFAULT 'new', total numeric(10,2))
CREATE INDEX CONCURRENTLY orders_state_idx ON orders USING btree (state) WHERE state <> 'done'
ALTER TABLE orders ADD COLUMN note text
VACUUM (ANALYZE) orders
REFRESH MATERIALIZED VIEW CONCURRENTLY daily
COPY orders (id, state) FROM STDIN WITH (FORMAT csv, HEADER true)
SET statement_timeout = '30s'
GRANT SELECT ON orders TO reader
TRUNCATE TABLE staging
LOCK TABLE orders IN SHARE MODE
`
  .split('\n')
  .filter((line) => line !== '')
