import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { rowChecksum } from '../../../../../src/exporters/otlp/queue/sqlite/store-rows.ts'
import { nothing, requestOf, storeAt, takeAll, temporaryFolder } from '../support/store-samples.ts'

/** A file with a request of each signal, points first; it is closed. */
function filled(folder: string): string {
  const path = join(folder, 'a.queue')
  using under = storeAt(path)
  under.store.put([requestOf('points', 1), { ...requestOf('records', 2), signal: 'logs' }], [], nothing)
  return path
}

function withDatabase<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** What each row of the file says about its request. */
const aboutIn = (path: string): string[] =>
  withDatabase(path, (db) => db.prepare('SELECT about FROM request ORDER BY id').all()).map(({ about }) =>
    String(about),
  )

test("a file names a request's signal by OTLP's path, as it always did", () => {
  using folder = temporaryFolder()
  const path = filled(folder.path)
  expect(aboutIn(path).map((about): unknown => JSON.parse(about))).toEqual([
    expect.objectContaining({ path: '/v1/metrics', points: 3 }),
    expect.objectContaining({ path: '/v1/logs', points: 3 }),
  ])
  expect(aboutIn(path).join()).not.toContain('signal')
  using under = storeAt(path)
  expect(under.store.take()).toMatchObject({ signal: 'logs' })
  expect(under.store.take()).toMatchObject({ signal: 'metrics' })
})

test('a request whose path is of no known signal is damaged, and the others go on', () => {
  using folder = temporaryFolder()
  const path = filled(folder.path)
  withDatabase(path, (db) => {
    const about = String(db.prepare('SELECT about FROM request WHERE id = 1').get()?.['about'])
    const other = about.replace('/v1/metrics', '/v1/traces')
    db.prepare('UPDATE request SET about = ?, checksum = ? WHERE id = 1').run(other, rowChecksum(1, other))
  })
  using under = storeAt(path)
  expect(under.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: expect.stringContaining('is damaged and was set aside') },
    { fields: { requests: 1, unreadable: [expect.stringContaining('a row of request')] } },
  ])
  expect(takeAll(under.store)).toEqual(['request records'])
})
