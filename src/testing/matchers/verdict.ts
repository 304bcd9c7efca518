/** What a matcher says of a net: whether it holds, and the sentence for when it should have been otherwise. */
import { TestError } from '../test-error.ts';
import { Net } from '../../runtime/net.ts';
import { TestNet } from '../net/test-net.ts';

export interface Verdict {
  readonly pass: boolean;
  /** Where `pass` is what was not wanted. */
  readonly message: () => string;
}

function wrong(matcher: string, takes: string, received: unknown): TestError {
  return new TestError('OPTION_INVALID', `${matcher} takes ${takes}, not ${typeof received}`, {
    hint: 'Give what testNet() returned: expect(t)…',
  });
}

/** What was given to `expect`, as a net under test. Throws `OPTION_INVALID`. */
export function asTestNet(matcher: string, received: unknown): TestNet {
  if (received instanceof TestNet) return received;
  throw wrong(matcher, 'a net under test', received);
}

/** What was given to `expect`, as a net and how it stands. Throws `OPTION_INVALID`. */
export function asNet(matcher: string, received: unknown): { net: Net; standing: () => string } {
  if (received instanceof TestNet)
    return { net: received.net, standing: () => received.standing() };
  if (received instanceof Net)
    return { net: received, standing: () => received.explainBlocked().text };
  throw wrong(matcher, 'a net', received);
}
