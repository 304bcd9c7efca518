/** A button: an icon, a word, or both; the key that does the same stands in its title. */
import type { MouseEvent } from 'react';
import { Icon, type IconName } from './icons.tsx';

export interface ButtonProps {
  /** What it does, for who cannot see the icon; shown where `isWordShown`. */
  readonly word: string;
  readonly icon?: IconName;
  readonly isWordShown?: boolean;
  /** A sentence more than the word. */
  readonly title?: string;
  readonly look?: 'usual' | 'primary' | 'plain' | 'danger';
  readonly isOff?: boolean;
  /** For a button that is on or off. */
  readonly isPressed?: boolean;
  readonly onPress: (event: MouseEvent) => void;
}

export function Button(props: ButtonProps) {
  const { word, icon, isWordShown = icon === undefined, look = 'usual' } = props;
  return (
    <button
      type="button"
      className={`button ${look}${isWordShown ? '' : ' icon'}`}
      aria-label={isWordShown ? undefined : word}
      title={props.title ?? (isWordShown ? undefined : word)}
      aria-pressed={props.isPressed}
      disabled={props.isOff}
      onClick={props.onPress}
    >
      {icon === undefined ? null : <Icon name={icon} size={14} />}
      {isWordShown ? word : null}
    </button>
  );
}
