import type { Logger } from '../../../telemetry/logger.ts'
import type { ServerState } from './read-server-state.ts'

/** Logs what happens to the server between two readings of its state: restart, crash, change of role, another server. */
export class ServerWatch {
  readonly #logger: Logger
  #last: ServerState | undefined

  constructor(logger: Logger) {
    this.#logger = logger
  }

  see(now: ServerState): void {
    const last = this.#last
    this.#last = now
    if (last === undefined) {
      this.#logger.info('Watching the server.', {
        version: versionText(now.versionNumber),
        role: now.role,
        system: now.epoch.server,
      })
    } else if (last.epoch.server !== now.epoch.server) {
      this.#logger.warn('Another server answers under this name; its counters begin anew.', {
        before: last.epoch.server,
        now: now.epoch.server,
      })
    } else {
      this.#sameServer(last, now)
    }
  }

  #sameServer(last: ServerState, now: ServerState): void {
    if (last.role !== now.role) this.#logger.warn(`The server has become a ${now.role}.`, { before: last.role })
    const fresh = now.epoch.witnesses.every(({ text }, index) => text !== last.epoch.witnesses[index]?.text)
    const oneMoment = now.epoch.witnesses.every(({ text }) => text === now.epoch.witnesses[0]?.text)
    const restarted = last.epoch.incarnation?.text !== now.epoch.incarnation?.text
    const since = now.postmasterStart
    if (fresh && oneMoment && restarted)
      this.#logger.warn('The server has crashed or lost its statistics; counters began at zero.', { since })
    else if (last.postmasterStart !== since)
      this.#logger.info('The server was restarted; its statistics were kept.', { since })
  }
}

/** server_version_num as people say it: 180004 is 18.4. */
function versionText(versionNumber: number): string {
  return `${Math.floor(versionNumber / 10_000)}.${versionNumber % 10_000}`
}
