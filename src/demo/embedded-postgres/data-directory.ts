import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { access, appendFile, chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { own, type ServerAccount } from './account.ts'
import type { Binaries } from './binaries.ts'
import { renewSystemIdentifier } from './system-identifier.ts'

const run = promisify(execFile)

/** Ours, beside postgresql.conf and included by it, so that ALTER SYSTEM still has the last word. */
const settingsFile = 'otelephant.conf'

/** How a data directory comes to be. */
export interface DataDirectorySettings {
  readonly binaries: Binaries
  readonly account: ServerAccount | undefined
  /** A folder that keeps one initialised data directory per version: copying it takes a third of initdb's time. */
  readonly templates?: string
}

/** Makes `path` a data directory, unless it is one already. */
export async function initialise(path: string, settings: DataDirectorySettings): Promise<void> {
  if (await exists(join(path, 'PG_VERSION'))) return
  const { binaries, account, templates } = settings
  if (templates === undefined) return initdb(path, binaries, account)
  const template = join(templates, `${binaries.version}-uid${account?.uid ?? 'own'}`)
  if (!(await exists(template))) {
    await initdb(path, binaries, account)
    await keep(path, template)
  }
  await rm(path, { recursive: true, force: true })
  await run('cp', ['-a', template, path])
  await renewSystemIdentifier(path)
}

async function initdb(path: string, binaries: Binaries, account: ServerAccount | undefined): Promise<void> {
  await mkdir(path, { recursive: true })
  await chmod(path, 0o700)
  await own(path, account)
  const options = ['-D', path, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C']
  await run(binaries.initdb, options, { ...account, cwd: path })
}

/** Another process may do the same at the same time: whoever renames first wins, both templates are good. */
async function keep(path: string, template: string): Promise<void> {
  const draft = `${template}.${randomUUID()}`
  await mkdir(dirname(template), { recursive: true })
  await run('cp', ['-a', path, draft])
  // Statistics that initdb left behind would give all copies the same reset times.
  await rm(join(draft, 'pg_stat', 'pgstat.stat'), { force: true })
  await rename(draft, template).catch(() => rm(draft, { recursive: true }))
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Writes our settings; replaces those of an earlier call. */
export async function configure(
  dataDirectory: string,
  settings: Readonly<Record<string, string>>,
  account: ServerAccount | undefined,
): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
  await writeOwned(join(dataDirectory, settingsFile), lines.join(''), account)
  const main = join(dataDirectory, 'postgresql.conf')
  const include = `\ninclude '${settingsFile}'\n`
  if (!(await readFile(main, 'utf8')).endsWith(include)) await appendFile(main, include)
}

/** Who may connect: everybody on the socket (its folder is closed to others), and what `hostLines` say over TCP. */
export async function writeHba(
  dataDirectory: string,
  hostLines: readonly string[],
  account: ServerAccount | undefined,
): Promise<void> {
  const lines = ['local all all trust', 'local replication all trust', ...hostLines]
  await writeOwned(join(dataDirectory, 'pg_hba.conf'), `${lines.join('\n')}\n`, account)
}

/** Writes a file that the server will accept as a private key: its own, closed to others. */
export async function writeOwned(path: string, content: string, account: ServerAccount | undefined): Promise<void> {
  await writeFile(path, content, { mode: 0o600 })
  await own(path, account)
}
