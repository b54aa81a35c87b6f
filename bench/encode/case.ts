/** One way to encode so many points. */
export interface EncodeCase {
  /** The scrape with that number; gives how many points it has sent. */
  scrape(scrape: number): Promise<number>
  close(): Promise<void>
}
