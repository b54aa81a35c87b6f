import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ConfigError } from '../config/loading/config-error.ts'
import { serverAccount } from './embedded-postgres/account.ts'
import { freePort } from './free-port.ts'

/** Where a demo keeps what outlives it. */
export interface DataFolder {
  readonly postgresql: string
  /** The server's. Baselines hang on the configured endpoint, so it stays the same. */
  readonly port: number
  /** The collector's queue and baselines. */
  readonly queue: string
  /** What the endpoint has taken in. */
  readonly journal: string
}

/**
 * Makes the folder, or opens the one of an earlier demo.
 * @throws ConfigError when the server could not enter it
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const folder = resolve(path)
  await mkdir(folder, { recursive: true })
  if (serverAccount() !== undefined) await checkEntrance(folder)
  await sweep(folder)
  return {
    postgresql: join(folder, 'postgresql'),
    port: await keptPort(join(folder, 'port')),
    queue: join(folder, 'queue'),
    journal: join(folder, 'endpoint.journal'),
  }
}

/** Remembers the server's temporary folder, so that the next demo can remove what a kill has left. */
export async function rememberSockets(path: string, socketDirectory: string): Promise<void> {
  await writeFile(join(resolve(path), socketsFile), socketDirectory)
}

const socketsFile = 'sockets'

async function sweep(folder: string): Promise<void> {
  const left = await readFile(join(folder, socketsFile), 'utf8').catch(() => '')
  if (/^\/tmp\/oe-\w+$/.test(left)) await rm(left, { recursive: true, force: true })
}

/** As root we start the server as somebody else, who must get through every folder on the way. */
async function checkEntrance(folder: string): Promise<void> {
  for (let at = folder; ; at = dirname(at)) {
    const { mode } = await stat(at)
    if ((mode & 0o001) === 0) {
      const message = 'PostgreSQL runs as nobody, who may not enter it; chmod o+x it, or choose another folder'
      throw new ConfigError([{ position: { file: at, line: 0, column: 0 }, path: [], message }])
    }
    if (at === dirname(at)) return
  }
}

async function keptPort(file: string): Promise<number> {
  const kept = Number(await readFile(file, 'utf8').catch(() => ''))
  if (Number.isInteger(kept) && kept > 0) return kept
  const port = await freePort()
  await writeFile(file, `${port}\n`)
  return port
}
