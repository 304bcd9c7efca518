/** Pages are fetched, by a stand-in for a server, and printed. */
import { defineNode } from 'netrun';

export const pages = defineNode({
  out: { page: 'string' },
  *exec() {
    yield { page: 'home' };
    yield { page: 'news' };
  },
});

export const fetchPage = defineNode({
  in: { page: 'string' },
  out: { text: 'string' },
  exec: async ({ page }) => ({ text: await Promise.resolve(`the text of ${page}`) }),
});

export const print = defineNode({
  in: { text: 'string' },
  exec: ({ text }) => {
    console.log(text);
  },
});
