import { randomInt } from 'node:crypto'
import type { Connection } from '../embedded-postgres/connect.ts'
import { type Activity, rest, transaction } from './activity.ts'

const customer = () => randomInt(1, 2_001)
const article = () => randomInt(1, 201)

/** PostgreSQL's SQLSTATEs for what is meant to go wrong. */
const deadlockDetected = '40P01'
const checkViolation = '23514'

/** The shop: ordinary statements, about thirty a second. */
const orders: Activity = {
  name: 'shop-web',
  pauseMs: 150,
  connections: 1,
  async run([connection]) {
    if (connection === undefined) return
    const buyer = customer()
    await transaction(connection, async () => {
      // HOT: no index holds `visits`, and the pages have room.
      await connection.query('UPDATE customers SET visits = visits + 1 WHERE id = $1', [buyer])
      await connection.query('SELECT amount, at FROM sales.orders WHERE customer = $1', [buyer])
      const sale = [buyer, article(), randomInt(1, 9_999) / 100]
      await connection.query('INSERT INTO sales.orders (customer, article, amount) VALUES ($1, $2, $3)', sale)
    })
    await connection.query('SELECT sales.revenue($1)', [buyer])
  },
}

/** Housekeeping: deletes, updates of an indexed column, sequential scans, files for a sort that memory doesn't hold. */
const housekeeping: Activity = {
  name: 'shop-worker',
  pauseMs: 1_000,
  connections: 1,
  async run([connection]) {
    if (connection === undefined) return
    await connection.query('DELETE FROM sales.orders WHERE id <= (SELECT max(id) - 5000 FROM sales.orders)')
    await connection.query('UPDATE customers SET city = $1 WHERE id = $2', [`city ${randomInt(40)}`, customer()])
    await connection.query("SELECT count(*) FROM customers WHERE name LIKE '%9%'")
    await connection.query('SELECT * FROM sales.top_customers')
    await connection.query("SET work_mem = '64kB'")
    await connection.query(
      'SELECT n, md5(n::text) AS hash FROM generate_series(1, 8000) AS n ORDER BY hash OFFSET 7990',
    )
  },
}

/** A report that takes its time. */
const report: Activity = {
  name: 'shop-report',
  pauseMs: 4_000,
  connections: 1,
  async run([connection]) {
    await connection?.query('SELECT city, count(*), (SELECT pg_sleep(1)) FROM customers GROUP BY city')
  },
}

/** A client that forgets to end its transaction. */
const forgetful: Activity = {
  name: 'shop-forgetful',
  pauseMs: 3_000,
  connections: 1,
  async run([connection], signal) {
    if (connection === undefined) return
    await transaction(connection, async () => {
      await connection.query('SELECT count(*) FROM stock')
      await rest(8_000, signal)
    })
  },
}

/** Two clients want the same row: one waits. */
const lockWait: Activity = {
  name: 'shop-contention',
  pauseMs: 4_000,
  connections: 2,
  async run([holder, waiter], signal) {
    if (holder === undefined || waiter === undefined) return
    const sell = 'UPDATE stock SET quantity = quantity - 1 WHERE article = 7'
    let waiting: Promise<unknown> = Promise.resolve()
    await transaction(holder, async () => {
      await holder.query(sell)
      waiting = Promise.allSettled([waiter.query(sell)])
      await rest(3_000, signal)
    })
    await waiting
  },
}

/** Two clients take the same rows in opposite order: the server ends one of them. */
const deadlock: Activity = {
  name: 'shop-deadlock',
  pauseMs: 15_000,
  connections: 2,
  async run([left, right]) {
    if (left === undefined || right === undefined) return
    const [first, second] = [11, 12]
    const take = (connection: Connection, row: number) =>
      connection.query('UPDATE stock SET quantity = quantity + 1 WHERE article = $1', [row])
    await Promise.all([
      transaction(left, () => meet(left, first, second), deadlockDetected),
      transaction(right, () => meet(right, second, first), deadlockDetected),
    ])
    async function meet(connection: Connection, mine: number, other: number): Promise<void> {
      await take(connection, mine)
      // By then the other has taken its own.
      await connection.query('SELECT pg_sleep(0.1)')
      await take(connection, other)
    }
  },
}

/** Work that is thrown away, and a statement that fails. */
const rollback: Activity = {
  name: 'shop-returns',
  pauseMs: 2_000,
  connections: 1,
  async run([connection]) {
    if (connection === undefined) return
    await connection.query('BEGIN')
    await connection.query('UPDATE stock SET quantity = quantity + 1 WHERE article = $1', [article()])
    await connection.query('ROLLBACK')
    const fail = async () => {
      await connection.query('DO $$ BEGIN RAISE check_violation; END $$')
    }
    await transaction(connection, fail, checkViolation)
  },
}

/** All that the application does, each beside the others. */
export const activities: readonly Activity[] = [orders, housekeeping, report, forgetful, lockWait, deadlock, rollback]
