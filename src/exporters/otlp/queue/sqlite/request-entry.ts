import type { StoredRequest } from '../delivery-store.ts'
import type { StoreFile } from './store-file.ts'
import { describeRequest, formatAbout, type RequestAbout, rowChecksum } from './store-rows.ts'

/** A stored request without its bytes. */
export interface Entry extends RequestAbout {
  readonly id: number
}

/** What memory keeps of a request. */
export function entryOf({ id, ...request }: StoredRequest): Entry {
  return { id, ...describeRequest(request) }
}

export function insert(file: StoreFile, request: StoredRequest): void {
  insertRow(file, entryOf(request), request.bytes)
}

/** @param bytes of the request that the entry describes */
export function insertRow(file: StoreFile, { id, ...about }: Entry, bytes: Uint8Array): void {
  const json = formatAbout(about)
  file.insertRequest.run(id, json, rowChecksum(id, json), bytes)
}
