/** Orders are accepted if they are small and reviewed if they are large; then they are shipped. */
import { defineNode } from 'netrun';

export const route = defineNode({
  in: { order: 'number' },
  out: { small: 'number', large: 'number' },
  exec: ({ order }) => (order < 100 ? { small: order } : { large: order }),
});

export const accept = defineNode({
  in: { order: 'number' },
  out: { done: 'string' },
  exec: ({ order }) => ({ done: `accepted ${order}` }),
});

export const review = defineNode({
  in: { order: 'number' },
  out: { done: 'string' },
  exec: ({ order }) => ({ done: `reviewed ${order}` }),
});

/** Waits for both: for one order it waits for ever, for two it mixes them up. */
export const ship = defineNode({
  in: { accepted: 'string', reviewed: 'string' },
  out: { parcel: 'string' },
  exec: ({ accepted, reviewed }) => ({ parcel: `${accepted} and ${reviewed}` }),
});
