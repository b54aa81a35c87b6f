import type { ComponentSettings } from '../../../src/component/factory.ts'
import type { Endpoint } from '../../../src/demo/endpoint/endpoint.ts'
import type { DeliveryStore } from '../../../src/exporters/otlp/queue/delivery-store.ts'
import type { Rig } from '../../matrix/support/rig.ts'
import type { LeapingClock } from '../../support/leaping-clock.ts'
import type { TcpProxy } from '../../support/tcp-proxy.ts'
import type { Refusals } from './refusals.ts'

/** What a fault can get at. */
export interface Scene {
  readonly endpoint: Endpoint
  /** Between the exporter and the endpoint. */
  readonly proxy: TcpProxy
  readonly clock: LeapingClock
  readonly rig: Rig
  readonly refused: Refusals
}

/** Something that goes wrong between the exporter and the endpoint while the server works on. */
export interface Fault {
  readonly name: string
  /** More keys of the exporter's configuration. */
  readonly exporter?: Readonly<Record<string, unknown>>
  /** Scrapes while it lasts. Default: 3. */
  readonly scrapes?: number
  /** Time that passes after each of them. */
  readonly leapMs?: number
  /** Whether the endpoint takes requests without being able to say so. */
  readonly window?: boolean
  /** Whether points are dropped for it, which are counted as `rejected`. */
  readonly rejects?: boolean
  /** Why requests are given up for it, as the account says. */
  readonly gives?: string
  /** In place of the store that the configuration asks for. */
  readonly createStore?: (settings: ComponentSettings) => DeliveryStore
  /** How often it struck. Default: the requests that were not answered with 200. */
  readonly times?: (scene: Scene) => number | Promise<number>
  readonly begin: (scene: Scene) => void | Promise<void>
  readonly end: (scene: Scene) => void | Promise<void>
}
