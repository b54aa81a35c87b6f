import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** The processes that this one (or another) started and that read SQL; the kernel knows them. */
export async function readersOf(parent: number = process.pid): Promise<number[]> {
  const threads = await readdir(`/proc/${parent}/task`)
  const children = await Promise.all(threads.map((thread) => contents(`/proc/${parent}/task/${thread}/children`)))
  const pids = children.join(' ').split(' ').filter(Boolean).map(Number)
  const commands = await Promise.all(pids.map((pid) => contents(`/proc/${pid}/cmdline`)))
  return pids.filter((_, index) => commands[index]?.includes('sql-text-process'))
}

/** What a process was started with, or its memory; empty once it is gone. */
export async function contents(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

/** Whether it runs; one that nobody has waited for yet doesn't. */
export async function runs(pid: number): Promise<boolean> {
  return /^State:\s+[^ZX]/m.test(await contents(`/proc/${pid}/status`))
}

/** Waits for what must come about. */
export async function until(fact: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  while (!(await fact())) {
    if (performance.now() > deadlineMs) throw new Error(`it didn't come about: ${fact}`)
    await delay(10)
  }
}
