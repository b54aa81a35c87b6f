import { readFile, writeFile } from 'node:fs/promises'

/** Resident memory of a process in bytes, as Linux says it (proc_pid_status(5)). */
export interface Resident {
  readonly nowBytes: number
  /** The most since the process began, or since `forgetPeak`. */
  readonly peakBytes: number
  /** The part that no file backs; the rest is mostly the Node binary. */
  readonly anonymousBytes: number
}

export async function resident(pid: number | 'self'): Promise<Resident> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024
  return { nowBytes: of('VmRSS'), peakBytes: of('VmHWM'), anonymousBytes: of('RssAnon') }
}

/** Lets the peak begin at what is resident now. */
export async function forgetPeak(pid: number | 'self'): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}
