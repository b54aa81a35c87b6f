import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll } from 'vitest'
import { folderWith, root } from '../../cli/support/otelephant.ts'

/** What the program consists of when it is installed. */
const programFiles = ['libpg-query.wasm', 'otelephant.js', 'package.json', 'program.js', 'sql-text-process.js']

/** Builds what is published, once a file of tests; gives the folder. */
export function useBuilt(): () => string {
  let built = ''
  beforeAll(async () => {
    built = await mkdtemp('/tmp/otelephant-dist-')
    await promisify(execFile)(process.execPath, [join(root, 'build.ts'), '--directory', built])
    return () => rm(built, { recursive: true })
  })
  return () => built
}

/** The built program in a folder of its own, from where no node_modules can be reached. */
export async function installed(built: string, files: Readonly<Record<string, string>> = {}) {
  const cwd = await folderWith(files)
  for (const file of programFiles) await cp(join(built, file), join(cwd, file))
  return { cwd, main: join(cwd, 'otelephant.js') }
}
