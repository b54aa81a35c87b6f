import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { inMemory } from './in-memory.ts'

let folder: string | undefined

/** Gives the run a place of its own for temporary files. In memory: what is synchronised waits for no disk. */
export function setup(): void {
  folder = mkdtempSync(join(inMemory() ?? tmpdir(), 'oet-'))
  env['TMPDIR'] = folder
}

export function teardown(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}
