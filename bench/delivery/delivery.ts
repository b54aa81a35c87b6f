import type { Report } from '../table.ts'
import { opening } from './opening.ts'
import { outage } from './outage.ts'
import { throughput } from './throughput.ts'

/** Delivery through the durable queue. */
export async function delivery(): Promise<readonly Report[]> {
  return [await throughput(), await outage(), await opening()]
}
