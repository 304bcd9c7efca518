/** How much a compiled machine remembers of what it found out; over it, it forgets and finds out again. */
export const compiledLimits = {
  /** Configurations of a machine. */
  configurations: 4096,
  /** Event types that a configuration was sent. */
  eventTypes: 512,
  /** Sets of transitions taken from a configuration. */
  plans: 512,
  /** Events of one type in one configuration after which code is generated for them. */
  eventsUntilCode: 4,
  /** Events that it leaves to the tables after which it is generated anew, and how often it is. */
  missesUntilRenewal: 32,
  renewals: 12,
} as const;
