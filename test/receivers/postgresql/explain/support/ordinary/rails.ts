import type { Application } from './application.ts'

/** As `rails db:migrate` makes it, with what is usual in PostgreSQL shops: enums, citext, hstore, trigrams, partitions, views. */
export const rails: Application = {
  name: 'rails',
  schema: `CREATE TYPE order_status AS ENUM ('cart', 'placed', 'shipped', 'cancelled');
    CREATE TYPE user_role AS ENUM ('guest', 'customer', 'admin');
    CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
    CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at timestamp(6) NOT NULL);
    CREATE TABLE users (id bigserial PRIMARY KEY, email citext NOT NULL, name varchar, role user_role NOT NULL DEFAULT 'customer',
      settings hstore NOT NULL DEFAULT '', preferences jsonb NOT NULL DEFAULT '{}', tags varchar[] DEFAULT '{}',
      token uuid NOT NULL DEFAULT gen_random_uuid(), encrypted_password varchar NOT NULL DEFAULT '', sign_in_count int NOT NULL DEFAULT 0,
      deleted_at timestamp(6), created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now());
    CREATE UNIQUE INDEX index_users_on_email ON users (email) WHERE deleted_at IS NULL;
    CREATE INDEX index_users_on_lower_name ON users (lower(name));
    CREATE INDEX index_users_on_name_trgm ON users USING gin (name gin_trgm_ops);
    CREATE INDEX index_users_on_settings ON users USING gin (settings);
    CREATE INDEX index_users_on_preferences ON users USING gin (preferences jsonb_path_ops);
    CREATE INDEX index_users_on_tags ON users USING gin (tags);
    CREATE TABLE products (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), name varchar NOT NULL, description text, price numeric(10, 2) NOT NULL,
      stock int NOT NULL DEFAULT 0 CHECK (stock >= 0), created_at timestamp(6) NOT NULL DEFAULT now(),
      searchable tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(name, '') || ' ' || coalesce(description, ''))) STORED);
    CREATE INDEX index_products_on_searchable ON products USING gin (searchable);
    CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, status order_status NOT NULL DEFAULT 'cart',
      total_cents bigint NOT NULL DEFAULT 0, lock_version int NOT NULL DEFAULT 0, placed_at timestamp(6), created_at timestamp(6) NOT NULL DEFAULT now());
    CREATE INDEX index_orders_on_user_id ON orders (user_id); CREATE INDEX index_orders_on_status ON orders (status, placed_at DESC);
    CREATE TABLE line_items (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
      product_id uuid NOT NULL REFERENCES products, quantity int NOT NULL DEFAULT 1, price numeric(10, 2) NOT NULL);
    CREATE INDEX index_line_items_on_order_id ON line_items (order_id);
    CREATE TABLE comments (id bigserial PRIMARY KEY, commentable_type varchar, commentable_id bigint, body text, type varchar,
      parent_id bigint REFERENCES comments, created_at timestamp(6) NOT NULL DEFAULT now());
    CREATE INDEX index_comments_on_commentable ON comments (commentable_type, commentable_id);
    CREATE TABLE events (id bigserial, name varchar, payload jsonb, occurred_at timestamptz NOT NULL, PRIMARY KEY (id, occurred_at))
      PARTITION BY RANGE (occurred_at);
    CREATE TABLE events_2026_01 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE events_2026_02 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
    CREATE TABLE events_default PARTITION OF events DEFAULT;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
    CREATE TRIGGER touch_users BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE VIEW active_users AS SELECT u.*, count(o.id) AS orders_count FROM users u LEFT JOIN orders o ON o.user_id = u.id
      WHERE u.deleted_at IS NULL GROUP BY u.id;
    CREATE MATERIALIZED VIEW sales AS SELECT date_trunc('day', placed_at) AS day, sum(total_cents) AS cents FROM orders
      WHERE status = 'shipped' GROUP BY 1;
    CREATE UNIQUE INDEX index_sales_on_day ON sales (day);
    CREATE DOMAIN postcode AS text CHECK (VALUE ~ '^[0-9]{5}$');
    CREATE TABLE addresses (id bigserial PRIMARY KEY, user_id bigint REFERENCES users, zip postcode, city varchar)`,
  statements: [
    'SELECT "schema_migrations"."version" FROM "schema_migrations" ORDER BY "schema_migrations"."version" ASC',
    'SELECT "ar_internal_metadata"."value" FROM "ar_internal_metadata" WHERE "ar_internal_metadata"."key" = $1 LIMIT $2',
    'SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2',
    'SELECT "users".* FROM "users" WHERE "users"."email" = $1 AND "users"."deleted_at" IS NULL ORDER BY "users"."id" ASC LIMIT $2',
    'SELECT "users".* FROM "users" WHERE lower(name) = $1',
    'SELECT "users".* FROM "users" WHERE "users"."name" ILIKE $1 ORDER BY similarity(name, $2) DESC LIMIT $3',
    'SELECT "users".* FROM "users" WHERE name % $1',
    'SELECT "users".* FROM "users" WHERE settings -> $1 = $2',
    'SELECT "users".* FROM "users" WHERE settings @> $1',
    'SELECT "users".* FROM "users" WHERE (preferences @> $1::jsonb)',
    'SELECT preferences ->> $1 AS theme, count(*) FROM "users" GROUP BY preferences ->> $1',
    'SELECT "users".* FROM "users" WHERE ($1 = ANY (tags))',
    'SELECT "users".* FROM "users" WHERE tags && ARRAY[$1, $2]::varchar[]',
    'SELECT "users".* FROM "users" WHERE "users"."role" = $1 AND "users"."created_at" BETWEEN $2 AND $3',
    'SELECT "users".* FROM "users" WHERE "users"."role" IN ($1, $2) ORDER BY "users"."created_at" DESC LIMIT $3 OFFSET $4',
    'SELECT COUNT(*) FROM "users" WHERE "users"."deleted_at" IS NULL',
    'SELECT $1 AS one FROM "users" WHERE "users"."email" = $2 AND "users"."id" != $3 LIMIT $4',
    'INSERT INTO "users" ("email", "name", "role", "settings", "created_at", "updated_at") VALUES ($1, $2, $3, $4, $5, $6) RETURNING "id"',
    'UPDATE "users" SET "sign_in_count" = COALESCE("sign_in_count", $1) + $2, "updated_at" = $3 WHERE "users"."id" = $4',
    'UPDATE "users" SET "deleted_at" = $1 WHERE "users"."id" = $2',
    'DELETE FROM "users" WHERE "users"."id" = $1',
    'SELECT "orders".* FROM "orders" WHERE "orders"."user_id" = $1 AND "orders"."status" = $2 ORDER BY "orders"."placed_at" DESC',
    'SELECT "orders".* FROM "orders" WHERE "orders"."id" = $1 LIMIT $2 FOR UPDATE',
    'UPDATE "orders" SET "status" = $1, "lock_version" = $2 WHERE "orders"."id" = $3 AND "orders"."lock_version" = $4',
    'SELECT "orders"."id" AS t0_r0, "users"."id" AS t1_r0, "users"."email" AS t1_r1 FROM "orders" LEFT OUTER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "users"."name" = $1',
    'SELECT "line_items".* FROM "line_items" INNER JOIN "orders" ON "orders"."id" = "line_items"."order_id" WHERE "orders"."user_id" = $1',
    'SELECT SUM("line_items"."quantity" * "line_items"."price") FROM "line_items" WHERE "line_items"."order_id" = $1',
    'INSERT INTO "line_items" ("order_id", "product_id", "quantity", "price") VALUES ($1, $2, $3, $4), ($5, $6, $7, $8) RETURNING "id"',
    'DELETE FROM "line_items" WHERE "line_items"."order_id" = $1',
    'SELECT "products".* FROM "products" WHERE "products"."id" = $1 LIMIT $2',
    'SELECT "products".*, ts_rank(searchable, websearch_to_tsquery($1, $2)) AS rank FROM "products" WHERE searchable @@ websearch_to_tsquery($1, $2) ORDER BY rank DESC',
    'INSERT INTO "products" ("name", "price") VALUES ($1, $2) RETURNING "id"',
    'UPDATE "products" SET "stock" = "products"."stock" - $1 WHERE "products"."id" = $2 AND "products"."stock" >= $1',
    'INSERT INTO "products" ("id", "name", "price") VALUES ($1, $2, $3) ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name" RETURNING "id"',
    'SELECT "comments".* FROM "comments" WHERE "comments"."commentable_type" = $1 AND "comments"."commentable_id" IN ($2 /*, ... */)',
    'WITH RECURSIVE tree AS (SELECT id, parent_id, 0 AS depth FROM comments WHERE id = $1 UNION ALL SELECT c.id, c.parent_id, t.depth + 1 FROM comments c JOIN tree t ON t.id = c.parent_id) SELECT * FROM tree ORDER BY depth',
    'SELECT * FROM events WHERE occurred_at >= $1 AND occurred_at < $2',
    "SELECT date_trunc('hour', occurred_at) AS hour, payload -> 'page' AS page, count(*) FROM events WHERE name = $1 GROUP BY 1, 2",
    'INSERT INTO events (name, payload, occurred_at) VALUES ($1, $2, now())',
    'SELECT "active_users".* FROM "active_users" WHERE "active_users"."orders_count" > $1',
    'SELECT "sales".* FROM "sales" WHERE "sales"."day" > now() - interval $1',
    'SELECT user_id, total_cents, rank() OVER (PARTITION BY user_id ORDER BY total_cents DESC) FROM orders',
    'SELECT DISTINCT ON (user_id) orders.* FROM orders ORDER BY user_id, placed_at DESC',
    'SELECT "addresses".* FROM "addresses" WHERE "addresses"."user_id" = $1',
    'SELECT u.id FROM users u WHERE NOT EXISTS (SELECT $1 FROM orders o WHERE o.user_id = u.id)',
    'SELECT json_agg(row_to_json(u)) FROM (SELECT id, email FROM users WHERE role = $1) u',
  ],
}
