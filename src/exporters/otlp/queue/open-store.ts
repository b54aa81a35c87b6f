import { createHash } from 'node:crypto'
import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ComponentSettings } from '../../../component/factory.ts'
import { UnusableStoreError } from '../../../component/unusable-store-error.ts'
import { errorMessage } from '../../../telemetry/error-message.ts'
import type { DeliveryStore, OnFull } from './delivery-store.ts'
import { MemoryStore } from './memory-store.ts'
import { sqliteResult } from './sqlite/sqlite-error.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'
import { FileInUseError } from './sqlite/store-file.ts'

/** As the configuration has it. */
interface QueueConfig {
  readonly sending_queue: {
    readonly storage?: string | undefined
    readonly max_size?: number | undefined
    readonly max_age: number
    readonly on_full?: OnFull | undefined
  }
}

const mebibyte = 1_024 * 1_024

/**
 * The store that the configuration asks for: in memory, or in a file of the exporter's own.
 * @throws UnusableStoreError
 */
export function openStore({ sending_queue: config }: QueueConfig, settings: ComponentSettings): DeliveryStore {
  const { id, clock } = settings
  const logger = settings.logger.child({ exporter: id })
  const { storage, max_age: maxAgeMs } = config
  if (storage === undefined) {
    const capacityBytes = config.max_size ?? 64 * mebibyte
    logger.info('What waits to be delivered is kept in memory: it is lost if the process is killed.', {
      max_size: capacityBytes,
      remedy: 'sending_queue.storage names a folder to keep it in',
    })
    return new MemoryStore({ clock, capacityBytes, maxAgeMs, onFull: config.on_full ?? 'block' })
  }
  const folder = resolve(storage)
  const path = join(folder, storeFileName(id))
  try {
    prepareFolder(folder)
    const limits = {
      capacityBytes: config.max_size ?? 512 * mebibyte,
      maxAgeMs,
      onFull: config.on_full ?? 'drop_oldest',
    }
    const store = new SqliteStore({ ...limits, path, clock, logger })
    const { requests, points, bytes } = store.size()
    logger.info('What waits to be delivered is kept on disk.', {
      path,
      max_size: limits.capacityBytes,
      requests,
      points,
      bytes,
      series: store.seriesCount,
    })
    return store
  } catch (error) {
    throw new UnusableStoreError(reasonOf(error, path), ['sending_queue', 'storage'], { cause: error })
  }
}

/** Of the exporter's file: `newrelic.queue`, `otlp_http%2Fbackup.queue`. Ids differ, and so do their files. */
export function storeFileName(id: string): string {
  const name = encodeURIComponent(id).replaceAll('*', '%2A')
  // File systems take 255 bytes, and more is appended to the name.
  if (name.length <= 180) return `${name}.queue`
  return `${name.slice(0, 100)}-${createHash('sha256').update(id).digest('hex')}.queue`
}

function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!statSync(folder).isDirectory()) throw new Error('it is not a folder')
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
}

function reasonOf(error: unknown, path: string): string {
  if (error instanceof FileInUseError) {
    return `${path} is in use by another process; each collector needs a folder of its own`
  }
  if (sqliteResult(error) === 'full' || codeOf(error) === 'ENOSPC') return `no space is left on the disk for ${path}`
  switch (codeOf(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return `is not a folder (${errorMessage(error)})`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `can't be written (${errorMessage(error)})`
    default:
      return `can't be used (${errorMessage(error)})`
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
