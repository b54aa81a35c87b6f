import { expect, test } from 'vitest'
import { factoryOf } from '../support/series-factory.ts'

const factory = factoryOf({ endpoint: 'db.example.com:5432' })
const shop = { oid: '16384', name: 'shop' }

test('keys are what queue files hold: a key that changes loses its baseline', () => {
  expect(factory.rowKey(shop, 'table', 'operations{"operation":"ins"}', '7')).toBe(
    'db.example.com:5432\u000016384\u0000table\u0000operations{"operation":"ins"}\u00007',
  )
  expect(factory.rowKey('server', 'wal', 'postgresql.wal.size{}', '')).toBe(
    'db.example.com:5432\u0000\u0000wal\u0000postgresql.wal.size{}\u0000',
  )
  expect(factory.key('postgresql.blocking.time', '{}', '{"mode":"ExclusiveLock"}')).toBe(
    'db.example.com:5432\u0000postgresql.blocking.time\u0000{}\u0000{"mode":"ExclusiveLock"}',
  )
})

test('a reading is named by the endpoint, the oid of the database and the query; the server has no oid', () => {
  expect(factory.queryKey(shop, 'table')).toBe('db.example.com:5432/16384/table')
  expect(factory.queryKey('server', 'session_sample')).toBe('db.example.com:5432//session_sample')
})
