/** Run in the maintenance database, in this order, each by itself. `otelephant` is the collector's role. */
export const roles = [
  'CREATE ROLE otelephant LOGIN IN ROLE pg_monitor',
  'CREATE ROLE shop LOGIN',
  'CREATE EXTENSION IF NOT EXISTS pg_stat_statements',
  // Nobody reads from the slot: without a limit it would keep all WAL.
  "ALTER SYSTEM SET max_slot_wal_keep_size = '256MB'",
  'SELECT pg_reload_conf()',
  "SELECT pg_create_physical_replication_slot('shop_archive', true)",
  'CREATE DATABASE shop OWNER shop',
] as const

/** Run in the new database by the superuser. */
export const extensions = ['CREATE EXTENSION IF NOT EXISTS pg_stat_statements'] as const

/** Run in the new database by the application's role. */
export const schema = `
  CREATE SCHEMA sales;
  CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL, visits int NOT NULL DEFAULT 0)
    WITH (fillfactor = 60);
  CREATE TABLE stock (article int PRIMARY KEY, quantity int NOT NULL);
  CREATE TABLE sales.orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer int NOT NULL REFERENCES customers,
    article int NOT NULL REFERENCES stock,
    amount numeric(10, 2) NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX orders_customer ON sales.orders (customer);
  CREATE INDEX orders_at ON sales.orders (at);
  CREATE INDEX customers_city ON customers (city);
  INSERT INTO customers SELECT n, 'customer ' || n, 'city ' || n % 40 FROM generate_series(1, 2000) AS n;
  INSERT INTO stock SELECT n, 10000 FROM generate_series(1, 200) AS n;
  INSERT INTO sales.orders (customer, article, amount)
    SELECT 1 + n % 2000, 1 + n % 200, n % 90 + 0.99 FROM generate_series(1, 5000) AS n;
  CREATE FUNCTION sales.revenue(of_customer int) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
    BEGIN
      RETURN (SELECT coalesce(sum(amount), 0) FROM sales.orders WHERE customer = of_customer);
    END
  $$;
  CREATE VIEW sales.top_customers AS
    SELECT customer, sum(amount) AS spent FROM sales.orders GROUP BY customer ORDER BY spent DESC LIMIT 10;
  ANALYZE customers, stock, sales.orders;
`
