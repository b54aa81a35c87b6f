import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { metrics } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { systemClock } from '../../../../src/component/clock.ts'
import { UnusableStoreError } from '../../../../src/component/unusable-store-error.ts'
import { otlpHttpConfig } from '../../../../src/exporters/otlp/otlp-http-config.ts'
import { openStore, storeFileName } from '../../../../src/exporters/otlp/queue/open-store.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'
import { canMount, smallDisk } from './support/small-disk.ts'
import { temporaryFolder } from './support/store-samples.ts'

function open(sendingQueue: object, id = 'newrelic/prod') {
  const logger = memoryLogger()
  const settings = {
    id,
    clock: systemClock(),
    logger,
    meter: metrics.getMeter('test'),
    version: '7.8.9',
    hostName: 'here',
    env: {},
  }
  const store = openStore(otlpHttpConfig.parse({ endpoint: 'http://localhost', sending_queue: sendingQueue }), settings)
  return {
    store,
    lines: logger.lines,
    [Symbol.dispose]: () => store[Symbol.dispose](),
  }
}

function refusalOf(storage: string): string {
  try {
    using _ = open({ storage })
  } catch (error) {
    expect(error).toBeInstanceOf(UnusableStoreError)
    expect(error).toMatchObject({ path: ['sending_queue', 'storage'] })
    return error instanceof Error ? error.message : ''
  }
  throw new Error(`${storage} was not refused`)
}

test('without storage the log says that the queue ends with the process, and how big it may get', () => {
  using under = open({})
  expect(under.store).toMatchObject({ survives: false })
  expect(under.store.size().capacityBytes).toBe(64 * 1_024 * 1_024)
  expect(under.lines).toMatchObject([
    {
      level: 'info',
      message: expect.stringContaining('lost if the process is killed'),
      fields: { max_size: 67_108_864 },
    },
  ])
})

test('storage is a folder that is made where it is missing, with a file for each exporter', () => {
  using folder = temporaryFolder()
  const storage = join(folder.path, 'a/b')
  using one = open({ storage })
  using other = open({ storage, max_size: '3MB' }, 'newrelic')
  expect(one.store).toMatchObject({ survives: true })
  expect(one.store.size().capacityBytes).toBe(512 * 1_024 * 1_024)
  expect(other.store.size().capacityBytes).toBe(3_000_000)
  expect(existsSync(join(storage, 'newrelic%2Fprod.queue'))).toBe(true)
  expect(existsSync(join(storage, 'newrelic.queue'))).toBe(true)
  expect(one.lines).toMatchObject([
    { level: 'info', fields: { path: join(storage, 'newrelic%2Fprod.queue'), requests: 0 } },
  ])
})

test('names of files are safe, short enough, and as different as the ids', () => {
  const ids = [
    'a',
    'a/b',
    'a/b/c',
    'a%2Fb',
    'a/../../b',
    'a/*',
    'a/ü',
    `a/${'x'.repeat(1_000)}`,
    `a/${'x'.repeat(1_001)}`,
  ]
  const names = ids.map(storeFileName)
  expect(new Set(names).size).toBe(ids.length)
  for (const name of names) expect(name).toMatch(/^[\w.%-]{1,200}\.queue$/)
})

test('storage that is a file is refused', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'file')
  writeFileSync(file, 'something')
  expect(refusalOf(file)).toContain('is not a folder')
  expect(refusalOf(join(file, 'below'))).toContain('is not a folder')
})

test('a file that another store has open is refused, with its name', () => {
  using folder = temporaryFolder()
  using _ = open({ storage: folder.path })
  expect(refusalOf(folder.path)).toBe(
    `${join(folder.path, 'newrelic%2Fprod.queue')} is in use by another process; each collector needs a folder of its own`,
  )
})

test.skipIf(!canMount)('a folder that can not be written is refused', () => {
  using disk = smallDisk(1_000, ',ro')
  expect(refusalOf(disk.path)).toMatch(/can't be written \(.*EROFS/)
})

test.skipIf(!canMount)('a full disk is refused', () => {
  using disk = smallDisk(64)
  writeFileSync(join(disk.path, 'filler'), Buffer.alloc(60 * 1_024))
  expect(refusalOf(disk.path)).toContain('no space is left on the disk')
})
