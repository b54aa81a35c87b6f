import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { serverAccount } from './embedded-postgres/account.ts'
import { locateBinaries } from './embedded-postgres/binaries.ts'
import { type Cluster, startInstallation } from './embedded-postgres/cluster.ts'
import { configure, initialise, writeHba, writeOwned } from './embedded-postgres/data-directory.ts'
import type { Major } from './embedded-postgres/major.ts'
import { StartError } from './embedded-postgres/start-error.ts'
import { temporaryDirectory } from './embedded-postgres/temporary-directory.ts'
import { freePort } from './free-port.ts'

export interface ClusterOptions {
  readonly major: Major
  /** Over the defaults; kept in a file, so ALTER SYSTEM overrides them. */
  readonly settings?: Readonly<Record<string, string>>
  /** Where the data is, or shall be; it stays when the cluster stops. Without: a temporary place, removed then. */
  readonly dataDirectory?: string
  /** Any free one without. */
  readonly port?: number
  /** The lines of pg_hba.conf about TCP connections; everybody from this machine is trusted without. */
  readonly hba?: readonly string[]
  /** Files to be in the data directory before the first start, e.g. a certificate and its key. */
  readonly files?: Readonly<Record<string, string>>
  /** Where temporary places are made; /tmp without. */
  readonly parent?: string
  /** A folder of ready-made data directories, filled as needed: starts are faster. */
  readonly templates?: string
}

const defaultSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  track_io_timing: 'on',
  track_functions: 'all',
} as const

const trustLocal = ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'] as const

/**
 * Starts an embedded PostgreSQL that listens on a Unix socket and on 127.0.0.1; as `nobody` if we are root.
 * @throws StartError that says what to install, or holds the end of the server's log
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { major, templates } = options
  const account = serverAccount()
  const directory = await temporaryDirectory(account, options.parent)
  try {
    const binaries = await locateBinaries(major, account, directory)
    const dataDirectory = options.dataDirectory ?? join(directory, 'data')
    await initialise(dataDirectory, { binaries, account, ...(templates !== undefined && { templates }) })
    const settings = { ...defaultSettings, ...options.settings }
    await configure(dataDirectory, settings, account)
    await writeHba(dataDirectory, options.hba ?? trustLocal, account)
    for (const [name, content] of Object.entries(options.files ?? {})) {
      await writeOwned(join(dataDirectory, name), content, account)
    }
    return await startInstallation({
      major,
      binaries,
      account,
      directory,
      parent: options.parent,
      dataDirectory,
      port: options.port ?? (await freePort()),
      settings,
    })
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw new StartError(error)
  }
}
