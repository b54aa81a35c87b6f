import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { rowChecksum } from '../../../../../src/exporters/otlp/queue/sqlite/store-rows.ts'
import { token } from '../../../../deltas/support/points.ts'
import { baselineOf, completeAt, nothing, storeAt, temporaryFolder } from '../support/store-samples.ts'

const queryid = '-7391739173917391739'
const keys = Array.from({ length: 30 }, (_, index) =>
  ['db:5432', '16384', 'statement', 'calls', index, queryid].join('\0'),
)

/** A file with a baseline for each key. */
function fill(path: string): void {
  using under = storeAt(path)
  const put = keys.map((key, index) => ({ key, baseline: { ...baselineOf(index), token: token(index) } }))
  under.store.put([], put, new Map([['tables', completeAt(0)]]))
}

function keysIn(path: string): string[] {
  const db = new DatabaseSync(path)
  try {
    return db
      .prepare('SELECT key FROM series ORDER BY id')
      .all()
      .map(({ key }) => String(key))
  } finally {
    db.close()
  }
}

/** The file as it was written before keys were hashed. */
function writePlainKeys(path: string): void {
  const db = new DatabaseSync(path)
  for (const { id, query } of db.prepare('SELECT id, query FROM series').all()) {
    const key = keys[Number(id) - 1] ?? ''
    const checksum = rowChecksum(Number(id), `${query}\0${key}`)
    db.prepare('UPDATE series SET key = ?, checksum = ? WHERE id = ?').run(key, checksum, Number(id))
  }
  db.close()
}

test('no id of a statement is in a file, and no two files share a hash', () => {
  using folder = temporaryFolder()
  const paths = ['a.queue', 'b.queue'].map((name) => join(folder.path, name))
  for (const path of paths) {
    fill(path)
    expect(readFileSync(path, 'latin1')).not.toContain(queryid)
  }
  expect(new Set(paths.flatMap(keysIn)).size).toBe(2 * keys.length)
})

test('a baseline is found by its key after the file is opened again, written once, and forgotten', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  fill(path)
  const written = keysIn(path)
  {
    using under = storeAt(path)
    // Some are asked for first, some are written unseen.
    for (const [index, key] of keys.entries()) {
      if (index % 2 === 0) expect(under.store.baseline('tables', key)).toMatchObject(baselineOf(index))
    }
    under.store.put(
      [],
      keys.map((key) => ({ key, baseline: baselineOf(50) })),
      nothing,
    )
    expect(under.store.seriesCount).toBe(keys.length)
    expect(under.store.baseline('tables', 'another')).toBeUndefined()
  }
  expect(keysIn(path)).toEqual(written)
  {
    using under = storeAt(path)
    expect(under.store.baseline('tables', keys[3] ?? '')).toMatchObject(baselineOf(50))
    const rest = [{ key: keys[4] ?? '', baseline: baselineOf(60) }]
    under.store.put([], rest, new Map([['tables', completeAt(60)]]))
    under.store.put([], [], nothing)
  }
  expect(keysIn(path)).toEqual([written[4]])
})

test('the keys of a file from before they were hashed are valid, and hashed with the next write', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  fill(path)
  writePlainKeys(path)
  expect(keysIn(path)).toEqual(keys)
  {
    using under = storeAt(path)
    expect(keys.map((key) => under.store.baseline('tables', key)?.value)).toEqual(keys.map((_, index) => index))
    under.store.put([], [{ key: keys[5] ?? '', baseline: baselineOf(70) }], nothing)
  }
  expect(keysIn(path).filter((key) => key.includes(queryid))).toEqual([])
  using under = storeAt(path)
  expect(under.store.seriesCount).toBe(keys.length)
  expect(keys.map((key) => under.store.baseline('tables', key)?.value)).toEqual(
    keys.map((_, index) => (index === 5 ? 70 : index)),
  )
})

test('a new file in the place of a damaged one has the keys that were not asked for yet', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  fill(path)
  const db = new DatabaseSync(path)
  db.exec("UPDATE baseline SET record = x'00' WHERE id = 1")
  db.close()
  {
    using under = storeAt(path)
    expect(under.lines.some(({ fields }) => 'set_aside' in fields)).toBe(true)
  }
  using under = storeAt(path)
  expect(keys.slice(1).map((key) => under.store.baseline('tables', key)?.value)).toEqual(
    keys.slice(1).map((_, index) => index + 1),
  )
})
