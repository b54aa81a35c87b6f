import type { Application } from './application.ts'

/** As Hibernate's schema tool makes it, or Flyway for it. */
export const hibernate: Application = {
  name: 'hibernate',
  schema: `CREATE SEQUENCE hibernate_sequence; CREATE SEQUENCE customer_seq INCREMENT BY 50;
    CREATE TYPE payment_state AS ENUM ('OPEN', 'PAID', 'FAILED');
    CREATE CAST (varchar AS payment_state) WITH INOUT AS IMPLICIT;
    CREATE COLLATION by_number (provider = icu, locale = 'en-u-kn-true');
    CREATE TABLE customer (id bigint NOT NULL PRIMARY KEY, version int NOT NULL, first_name varchar(255), last_name varchar(255) NOT NULL, birthday date, photo oid, document bytea, external_id uuid UNIQUE);
    CREATE TABLE account (id bigint NOT NULL PRIMARY KEY, dtype varchar(31) NOT NULL, number varchar(40) COLLATE by_number, balance numeric(19, 2), customer_id bigint REFERENCES customer, limit_amount numeric(19, 2));
    CREATE INDEX idx_account_customer ON account (customer_id);
    CREATE TABLE payment (id bigint NOT NULL PRIMARY KEY, state payment_state NOT NULL, amount numeric(19, 2), account_id bigint REFERENCES account, created timestamp(6), details jsonb);
    CREATE INDEX idx_payment_open ON payment (created) WHERE state = 'OPEN';
    CREATE TABLE customer_phones (customer_id bigint NOT NULL REFERENCES customer, phones varchar(255));
    CREATE TABLE vehicle (id bigint NOT NULL PRIMARY KEY, make varchar(255)); CREATE TABLE car (doors int, id bigint NOT NULL PRIMARY KEY REFERENCES vehicle);
    CREATE TABLE truck (payload double precision, id bigint NOT NULL PRIMARY KEY REFERENCES vehicle);
    CREATE TABLE revinfo (rev int NOT NULL PRIMARY KEY, revtstmp bigint);
    CREATE TABLE customer_aud (id bigint NOT NULL, rev int NOT NULL REFERENCES revinfo, revtype smallint, last_name varchar(255), PRIMARY KEY (id, rev));
    CREATE TABLE enrollment (student_id bigint NOT NULL, course_id bigint NOT NULL, grade int, PRIMARY KEY (student_id, course_id));
    CREATE TABLE category (id bigint NOT NULL PRIMARY KEY, name varchar(255), parent_id bigint REFERENCES category, path ltree);
    CREATE INDEX idx_category_path ON category USING gist (path);
    CREATE TABLE batch_job_instance (job_instance_id bigint NOT NULL PRIMARY KEY, version bigint, job_name varchar(100) NOT NULL, job_key varchar(32) NOT NULL);
    CREATE TABLE shedlock (name varchar(64) NOT NULL PRIMARY KEY, lock_until timestamp NOT NULL, locked_at timestamp NOT NULL, locked_by varchar(255) NOT NULL);
    CREATE TABLE flyway_schema_history (installed_rank int NOT NULL PRIMARY KEY, version varchar(50), script varchar(1000) NOT NULL, success boolean NOT NULL);
    CREATE TABLE audit_log (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(), who text DEFAULT current_user, what jsonb) PARTITION BY LIST (who);
    CREATE TABLE audit_log_rest PARTITION OF audit_log DEFAULT;
    CREATE TABLE customer_archive () INHERITS (customer);
    CREATE FUNCTION full_name(customer) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.first_name || ' ' || $1.last_name $$;
    CREATE FUNCTION log_payment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER log_payment AFTER INSERT OR UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION log_payment();
    CREATE VIEW customer_balance AS SELECT c.id, c.last_name, sum(a.balance) AS balance FROM customer c JOIN account a ON a.customer_id = c.id GROUP BY c.id, c.last_name;
    ALTER TABLE enrollment ENABLE ROW LEVEL SECURITY; CREATE POLICY everybody ON enrollment USING (grade IS NULL OR current_setting('app.tenant', true) IS NOT NULL)`,
  statements: [
    "select nextval ('hibernate_sequence')",
    "select nextval('customer_seq')",
    'select customer0_.id as id1_0_0_, customer0_.version as version2_0_0_, customer0_.last_name as last_nam3_0_0_ from customer customer0_ where customer0_.id=$1',
    'select c1_0.id,c1_0.first_name,c1_0.last_name from customer c1_0 where lower(c1_0.last_name) like $1 escape $2 order by c1_0.last_name asc offset $3 rows fetch first $4 rows only',
    'select count(c1_0.id) from customer c1_0 where c1_0.birthday between $1 and $2',
    'select c1_0.id from customer c1_0 where c1_0.external_id=$1',
    'select c1_0.id, p1_0.phones from customer c1_0 left join customer_phones p1_0 on c1_0.id=p1_0.customer_id where c1_0.id in ($1,$2,$3)',
    'insert into customer (birthday, document, external_id, first_name, last_name, version, id) values ($1, $2, $3, $4, $5, $6, $7)',
    'update customer set birthday=$1, first_name=$2, last_name=$3, version=$4 where id=$5 and version=$6',
    'delete from customer where id=$1 and version=$2',
    'delete from customer_phones where customer_id=$1',
    'insert into customer_phones (customer_id, phones) values ($1, $2)',
    'select c1_0.id from customer c1_0 where c1_0.id=$1 for update',
    'select c1_0.id from customer c1_0 where c1_0.id=$1 for no key update of c1_0 nowait',
    'select a1_0.id,a1_0.dtype,a1_0.balance from account a1_0 where a1_0.customer_id=$1 and a1_0.dtype in ($2,$3)',
    'select a1_0.id from account a1_0 order by a1_0.number',
    'select coalesce(sum(a1_0.balance),$1) from account a1_0 join customer c1_0 on c1_0.id=a1_0.customer_id where c1_0.last_name=$2',
    'update account set balance=(balance+$1) where id=$2',
    'select p1_0.id,p1_0.state from payment p1_0 where p1_0.state=$1 and p1_0.created<$2',
    'select p1_0.state,count(*) from payment p1_0 group by p1_0.state order by count(*) desc',
    'insert into payment (account_id,amount,created,details,state,id) values ($1,$2,$3,$4,$5,$6)',
    'update payment set state=$1 where id=$2',
    'update payment set state=cast($1 as payment_state) where state=$2',
    "select p1_0.id from payment p1_0 where p1_0.details->>'channel'=$1",
    'select v1_0.id,case when v1_1.id is not null then $1 when v1_2.id is not null then $2 end,v1_0.make,v1_1.doors,v1_2.payload from vehicle v1_0 left join car v1_1 on v1_0.id=v1_1.id left join truck v1_2 on v1_0.id=v1_2.id where v1_0.id=$3',
    'select a1_0.id,a1_0.rev,a1_0.last_name from customer_aud a1_0 where a1_0.rev=(select max(a2_0.rev) from customer_aud a2_0 where a2_0.rev<=$1 and a1_0.id=a2_0.id) and a1_0.revtype<>$2',
    'select e1_0.grade from enrollment e1_0 where (e1_0.student_id,e1_0.course_id) in (($1,$2),($3,$4))',
    'select c1_0.id from category c1_0 where c1_0.parent_id is null',
    'select c1_0.id from category c1_0 where c1_0.path <@ $1',
    'with recursive sub(id) as (select id from category where id=$1 union all select c.id from category c, sub where c.parent_id=sub.id) select count(*) from sub',
    'SELECT JOB_INSTANCE_ID, JOB_NAME from BATCH_JOB_INSTANCE where JOB_NAME = $1 and JOB_KEY = $2',
    'INSERT INTO shedlock(name, lock_until, locked_at, locked_by) VALUES($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET lock_until = $2, locked_at = $3, locked_by = $4 WHERE shedlock.lock_until <= $3',
    'SELECT "installed_rank","version","script" FROM "hibernate"."flyway_schema_history" WHERE "installed_rank" > $1 ORDER BY "installed_rank"',
    'select b.id, b.balance from customer_balance b where b.balance > $1',
    'insert into audit_log (what) values ($1)',
    'select at, what from audit_log where who = $1 order by at desc limit 50',
    'select full_name(c) from customer c where c.id = $1',
    'select c1_0.id from customer c1_0 where c1_0.last_name = any ($1)',
    'select extract(month from c1_0.birthday), count(*) from customer c1_0 group by 1',
    'select lag(p.amount) over w, sum(p.amount) over w from payment p window w as (partition by p.account_id order by p.created rows between 3 preceding and current row)',
    'select t.id from customer t cross join lateral (select p.id from payment p where p.account_id = t.id order by p.created desc limit 1) as last',
    'select c1_0.id from customer c1_0 union all select v1_0.id from vehicle v1_0 order by 1 limit $1',
    'table flyway_schema_history',
    'values ($1::int, $2::text), ($3, $4)',
    'select $1',
  ],
}
