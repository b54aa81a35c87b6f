import { mkdtemp, rm } from 'node:fs/promises'

/** A new folder on the disk, removed with its scope. */
export async function caseFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp('/tmp/oeq-')
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
