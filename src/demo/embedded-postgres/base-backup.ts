import { execFile } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServerAccount } from './account.ts'
import type { Connection } from './connect.ts'
import { writeOwned } from './data-directory.ts'
import type { Major } from './major.ts'

const run = promisify(execFile)

/** What pg_basebackup leaves out: it belongs to the running server. Copied slots would show up on the standby, inactive. */
const notCopied = ['pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans']

/** Copies a running server's data directory by the low-level backup interface; pg_basebackup isn't in the packages. */
export async function baseBackup(
  primary: Connection,
  major: Major,
  source: string,
  target: string,
  account: ServerAccount | undefined,
): Promise<void> {
  const [start, stop] =
    major < 15
      ? ["SELECT pg_start_backup('otelephant', true, false)", 'SELECT labelfile FROM pg_stop_backup(false, false)']
      : ["SELECT pg_backup_start('otelephant', true)", 'SELECT labelfile FROM pg_backup_stop(false)']
  await primary.query(start)
  await copyLive(source, target)
  const { rows } = await primary.query<{ labelfile: string }>(stop)
  for (const name of ['postmaster.pid', 'postmaster.opts']) await rm(join(target, name), { force: true })
  for (const folder of notCopied) {
    for (const name of await readdir(join(target, folder))) await rm(join(target, folder, name), { recursive: true })
  }
  await writeOwned(join(target, 'backup_label'), rows[0]?.labelfile ?? '', account)
}

/** Files that vanish while they are copied are ordinary: recovery makes up for them. */
async function copyLive(source: string, target: string): Promise<void> {
  try {
    await run('cp', ['-a', source, target])
  } catch (error) {
    const lines = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n') : ['']
    if (!lines.every((line) => line.endsWith('No such file or directory'))) throw error
  }
}
