import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'

/** A server in a process of its own, which ends with its scope. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string
}

/** @param file prints its port when it listens, and ends with its standard input */
export async function startServer(file: string): Promise<ServerProcess> {
  const child = spawn(execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [port]: unknown[] = await once(child.stdout, 'data')
  return {
    url: `http://127.0.0.1:${String(port).trim()}`,
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
