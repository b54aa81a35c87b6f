import { execFile } from 'node:child_process'
import { access, readFile, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { arch, platform } from 'node:process'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { ServerAccount } from './account.ts'
import { type Major, packageSpec } from './major.ts'

const run = promisify(execFile)

const packageExports = z.object({ postgres: z.string(), initdb: z.string() })
const packageManifest = z.object({ version: z.string() })
const symlinks = z.array(z.object({ source: z.string(), target: z.string() }))

/** Where the programs of one major are, ready to run. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  /** The package's version, e.g. `18.4.0-beta.17`. */
  readonly version: string
}

/**
 * Finds the package of a major and makes it runnable: the library links that npm leaves out when install scripts are off,
 * and a copy in `directory` where the package can't be written to or the account can't reach it.
 * @throws Error that says what to install
 */
export async function locateBinaries(
  major: Major,
  account: ServerAccount | undefined,
  directory: string,
): Promise<Binaries> {
  const installed = await loadPackage(major)
  const root = dirname(dirname(dirname(installed.postgres)))
  const { version } = packageManifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const runnable = (await linkLibraries(root)) && (account === undefined || (await othersReach(installed.postgres)))
  if (runnable) return { ...installed, version }
  await copyNative(root, directory)
  await linkLibraries(directory)
  const bin = join(directory, 'native', 'bin')
  return { postgres: join(bin, basename(installed.postgres)), initdb: join(bin, basename(installed.initdb)), version }
}

async function loadPackage(major: Major): Promise<z.infer<typeof packageExports>> {
  const name = `pg${major}`
  try {
    return packageExports.parse(await import(name))
  } catch (error) {
    const install = `npm install --no-save "${packageSpec(major, platform, arch)}"`
    throw new Error(`PostgreSQL ${major} isn't installed (package ${name}): run ${install}`, { cause: error })
  }
}

/** Makes the links that are missing; false if that isn't allowed here. */
async function linkLibraries(root: string): Promise<boolean> {
  const links = symlinks.parse(JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')))
  for (const { source, target } of links) {
    const path = join(root, target)
    if (await exists(path)) continue
    try {
      await symlink(basename(source), path)
    } catch {
      // Somebody else may have made it just now.
      if (!(await exists(path))) return false
    }
  }
  return true
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Whether an account that is neither owner nor group can execute the file: every folder above must let it through. */
async function othersReach(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  const parent = dirname(path)
  return parent === path || othersReach(parent)
}

/** Hard links cost 15 ms and no space, but need the same file system. */
async function copyNative(root: string, directory: string): Promise<void> {
  const source = join(root, 'native')
  try {
    await run('cp', ['-al', source, directory])
  } catch {
    await run('cp', ['-a', source, directory])
  }
}
