/** A line of the log: its level, its text, its further fields, and the stack of an error. */
import type { LogView } from '../../../src/runtime/inspector/history-view.ts';
import { clockTime } from '../../words/numbers.ts';
import { Stack } from '../parts.tsx';
import { levelOf } from './levels.ts';

export function Level({ level }: { readonly level: number }) {
  const { word, tone } = levelOf(level);
  return <span className={`level tone-${tone}`}>{word}</span>;
}

/** A line with all that it says. */
export function LogText({ line }: { readonly line: LogView }) {
  return (
    <div className={`log-line tone-${levelOf(line.level).tone}`}>
      <div className="row">
        <Level level={line.level} />
        <span className="muted">{clockTime(line.time)}</span>
      </div>
      <p className="log-text">{line.text}</p>
      {line.fields === '' ? null : <p className="log-fields mono">{line.fields}</p>}
      {line.stack === null ? null : <Stack text={line.stack} />}
    </div>
  );
}
