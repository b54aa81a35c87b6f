import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')

/** Builds what is published, there; gives the path of the program. */
export async function buildBundle(directory: string): Promise<string> {
  await promisify(execFile)(execPath, [join(root, 'build.ts'), '--directory', directory])
  return join(directory, 'otelephant.js')
}
