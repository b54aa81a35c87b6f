import { FakeClock } from '../../../support/fake-clock.ts'
import { never } from './connecting.ts'
import { type ReceiverOptions, receiverOf } from './receiver-under-test.ts'

/** The server's scraper and that of its databases. */
const usualScrapers = 2

/** A started receiver whose ticks come when they are told to, at intervals of 30 s. */
export async function tickingReceiver(
  server: { readonly host: string; readonly port: number },
  config: Parameters<typeof receiverOf>[1] = {},
  options: Omit<ReceiverOptions, 'clock'> & { readonly scrapers?: number } = {},
) {
  const { scrapers = usualScrapers } = options
  const clock = new FakeClock()
  const under = receiverOf(server, config, { ...options, clock })
  await under.receiver.start(under.host)
  await clock.whenSleeping(scrapers, never)
  let intervalMs = 1_000
  /** The next tick, until everything that it does is done. */
  const tick = async () => {
    const mark = under.batches.length
    await clock.advance(intervalMs)
    intervalMs = 30_000
    await clock.whenSleeping(scrapers, never, intervalMs)
    return under.since(mark)
  }
  return {
    ...under,
    clock,
    tick,
    ticks: async (count: number) => {
      for (let done = 0; done < count; done++) await tick()
    },
  }
}
