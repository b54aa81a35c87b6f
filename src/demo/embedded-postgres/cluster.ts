import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kill } from 'node:process'
import { freePort } from '../free-port.ts'
import type { ServerAccount } from './account.ts'
import { baseBackup } from './base-backup.ts'
import type { Binaries } from './binaries.ts'
import { type Connection, connect } from './connect.ts'
import { configure, writeHba, writeOwned } from './data-directory.ts'
import type { Major } from './major.ts'
import { type ServerProcess, type StopMode, startServer } from './server-process.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** What a cluster consists of, apart from the running server. */
export interface Installation {
  readonly major: Major
  readonly binaries: Binaries
  readonly account: ServerAccount | undefined
  readonly directory: string
  /** Where others like it are made. */
  readonly parent: string | undefined
  readonly dataDirectory: string
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
}

export interface StandbyOptions {
  /** Its application_name on the primary, and the name of its slot. */
  readonly name?: string
  readonly settings?: Readonly<Record<string, string>>
}

export async function startInstallation(installation: Installation): Promise<Cluster> {
  const cluster = new Cluster(installation)
  await cluster.start()
  return cluster
}

/** A running PostgreSQL server, with the means to make it suffer. */
export class Cluster implements AsyncDisposable {
  readonly host = '127.0.0.1'
  readonly superuser = 'postgres'
  readonly #installation: Installation
  #server: ServerProcess | undefined

  constructor(installation: Installation) {
    this.#installation = installation
  }

  get major(): Major {
    return this.#installation.major
  }

  /** Stays the same over restarts. */
  get port(): number {
    return this.#installation.port
  }

  get socketDirectory(): string {
    return this.#installation.directory
  }

  get dataDirectory(): string {
    return this.#installation.dataDirectory
  }

  get logFile(): string {
    return join(this.#installation.directory, 'log')
  }

  /** What the server has logged so far. */
  log(): Promise<string> {
    return readFile(this.logFile, 'utf8')
  }

  /** A URL for TCP connections. */
  connectionString(database: string, user: string = this.superuser, password?: string): string {
    const url = new URL(`postgres://${this.host}:${this.port}/${encodeURIComponent(database)}`)
    url.username = user
    if (password !== undefined) url.password = password
    return url.href
  }

  /** A connection over the socket, without a password. */
  connect(database = 'postgres', user: string = this.superuser, applicationName?: string): Promise<Connection> {
    return connect(this.socketDirectory, this.port, database, user, applicationName)
  }

  /** Runs SQL as superuser on a connection of its own and gives the rows. */
  async query(sql: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await using client = await this.connect(database)
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows
  }

  /** Writes a file into the data directory with the owner and mode that the server asks of keys. */
  writeFile(name: string, content: string): Promise<void> {
    return writeOwned(join(this.dataDirectory, name), content, this.#installation.account)
  }

  /** Replaces what pg_hba.conf says about TCP connections, and reloads. */
  async setHba(hostLines: readonly string[]): Promise<void> {
    await writeHba(this.dataDirectory, hostLines, this.#installation.account)
    await this.query('SELECT pg_reload_conf()')
  }

  /** Starts the server again after `halt`, on the same port and data. */
  async start(): Promise<void> {
    if (this.#server !== undefined) return
    const { binaries, account, dataDirectory, port } = this.#installation
    const { socketDirectory, logFile } = this
    const { postgres } = binaries
    this.#server = await startServer({ postgres, account, dataDirectory, socketDirectory, port, logFile })
  }

  /** Stops the server and keeps everything: an outage. `immediate` is a crash, as far as the data is concerned. */
  async halt(mode: StopMode): Promise<void> {
    const server = this.#server
    this.#server = undefined
    await server?.stop(mode)
  }

  async restart(mode: StopMode): Promise<void> {
    await this.halt(mode)
    await this.start()
  }

  /** Stops the server for good and removes all that was made for it, but for a data directory that was given. */
  async stop(mode: StopMode): Promise<void> {
    await this.halt(mode)
    await rm(this.#installation.directory, { recursive: true, force: true })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop('fast')
  }

  /** Sends a signal to a backend; SIGKILL makes the server crash and recover. */
  signalBackend(pid: number, signal: NodeJS.Signals): void {
    kill(pid, signal)
  }

  /** A streaming replica with a slot of its own. Outlives its primary; to be stopped by itself. */
  async standby(options: StandbyOptions = {}): Promise<Cluster> {
    const { major, binaries, account } = this.#installation
    const name = options.name ?? 'standby'
    const directory = await temporaryDirectory(account, this.#installation.parent)
    try {
      const dataDirectory = join(directory, 'data')
      await using client = await this.connect()
      await client.query('SELECT pg_create_physical_replication_slot($1, true)', [name])
      await baseBackup(client, major, this.dataDirectory, dataDirectory, account)
      await writeOwned(join(dataDirectory, 'standby.signal'), '', account)
      const conninfo = { host: this.socketDirectory, port: this.port, user: this.superuser, application_name: name }
      const primary_conninfo = Object.entries(conninfo)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')
      const settings = {
        ...this.#installation.settings,
        ...options.settings,
        primary_conninfo,
        primary_slot_name: name,
      }
      await configure(dataDirectory, settings, account)
      return await startInstallation({
        major,
        binaries,
        account,
        directory,
        parent: this.#installation.parent,
        dataDirectory,
        port: await freePort(),
        settings,
      })
    } catch (error) {
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  /** Makes a standby a primary; resolves when it accepts writes. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote(true, 60)')
  }
}
