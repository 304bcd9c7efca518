/** A crawler that finds two more pages on every page. */
import { defineNode } from 'netrun';

export const fetchPage = defineNode({
  in: { page: 'string' },
  out: { links: 'string' },
  *exec({ page }) {
    yield { links: `${page}/a` };
    yield { links: `${page}/b` };
  },
});

export const queue = defineNode({
  in: { link: 'string' },
  out: { page: 'string' },
  exec: ({ link }) => ({ page: link }),
});
