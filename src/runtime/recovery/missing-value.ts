/** What stands in a packet's place of value while its run is put together again, where the value is not to be had. */
export class MissingValue {
  /** Why it is missing: the end of a sentence that begins with the packet. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
