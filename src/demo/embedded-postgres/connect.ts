import { Client } from 'pg'

/** A connection that ends with its scope (`await using`). */
export type Connection = Client & AsyncDisposable

/** Connects over the socket, where everybody is trusted. */
export async function connect(
  socketDirectory: string,
  port: number,
  database: string,
  user: string,
  applicationName = 'otelephant-demo',
): Promise<Connection> {
  const client = new Client({ host: socketDirectory, port, database, user, application_name: applicationName })
  // Without a listener a server that goes away ends this process; queries reject by themselves.
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
