/** A salvo condition as its term: each atom lit or not, with the packets that wait at its port. */
import { Fragment, type ReactNode } from 'react';
import type { ConditionState } from '../../src/runtime/inspector/instant-view.ts';
import type { ConditionView, TermView } from '../../src/runtime/inspector/net-view.ts';
import { count } from '../words/numbers.ts';
import { Shape } from './state-mark.tsx';

export interface TermProps {
  readonly condition: ConditionView;
  /** At the instant shown; null: not known. */
  readonly state: ConditionState | null;
}

function Atom({ condition, state, atom }: TermProps & { readonly atom: number }) {
  const lit = state?.atoms[atom];
  const text = condition.atoms[atom]?.text ?? '';
  if (lit === undefined) return <span className="atom">{text}</span>;
  const slots = lit.slots === null ? '' : ` of ${lit.slots} slots`;
  return (
    <span
      className={`atom ${lit.holds ? 'holds' : 'fails'}`}
      data-holds={lit.holds}
      title={`${lit.holds ? 'holds' : 'does not hold'}: ${count(lit.count)}${slots} at ${lit.port}`}
    >
      <Shape tone={lit.holds ? 'done' : 'failed'} size={9} />
      {text}
      <span className="atom-count">{count(lit.count)}</span>
    </span>
  );
}

function isLoose(term: TermView, within: TermView['type']): boolean {
  return (within === 'not' && term.type !== 'atom') || (within === 'and' && term.type === 'or');
}

export function Term({ condition, state }: TermProps) {
  const draw = (term: TermView, within: TermView['type']): ReactNode => {
    if (term.type === 'atom') {
      return <Atom condition={condition} state={state} atom={term.atom} />;
    }
    const inner =
      term.type === 'not' ? (
        <>
          <span className="word">not</span> {draw(term.term, 'not')}
        </>
      ) : (
        term.terms.map((each, index) => (
          <Fragment key={index}>
            {index === 0 ? null : <span className="word"> {term.type} </span>}
            {draw(each, term.type)}
          </Fragment>
        ))
      );
    return isLoose(term, within) ? <>({inner})</> : inner;
  };
  return <span className="term">{draw(condition.term, 'atom')}</span>;
}
