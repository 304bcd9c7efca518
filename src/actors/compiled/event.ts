/** An event as the compiler knows it: its type, and whatever its author gave it. */
export interface AnyEvent {
  readonly type: string;
}
