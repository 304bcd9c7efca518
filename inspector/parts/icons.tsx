/** The page's icons: lines on a grid of 16, in the colour of the text. */
import type { ReactNode } from 'react';

const drawings = {
  net: (
    <>
      <rect x="1.5" y="5.5" width="4.5" height="5" rx="1.2" />
      <rect x="10" y="1.5" width="4.5" height="4.5" rx="1.2" />
      <rect x="10" y="10" width="4.5" height="4.5" rx="1.2" />
      <path d="M6 8h2M8 8V3.8h2M8 8v4.2h2" />
    </>
  ),
  statechart: (
    <>
      <rect x="1.5" y="2" width="13" height="12" rx="2" />
      <rect x="4" y="5" width="3.2" height="3" rx="1" />
      <rect x="9" y="8.5" width="3.2" height="3" rx="1" />
      <path d="M7.2 6.5h3.4v2" />
    </>
  ),
  epochs: <path d="M2 3.5h6M2 8h11M5 12.5h7" strokeWidth="2.4" />,
  packets: (
    <>
      <path d="M8 1.5l5.5 3v7L8 14.5l-5.5-3v-7Z" />
      <path d="M2.7 4.6L8 7.6l5.3-3M8 7.6v6.7" />
    </>
  ),
  messages: (
    <>
      <path d="M3 1.5v13M13 1.5v13" />
      <path d="M3 5h9.4M10 3l2.4 2L10 7M13 11H3.6M6 9l-2.4 2L6 13" />
    </>
  ),
  logs: <path d="M2 3.5h12M2 6.5h8M2 9.5h10.5M2 12.5h6" />,
  letters: (
    <>
      <rect x="1.5" y="3.5" width="13" height="9.5" rx="1.5" />
      <path d="M2 4.5l6 4.5 6-4.5" />
    </>
  ),
  blocked: (
    <>
      <circle cx="8" cy="8" r="6.3" />
      <path d="M3.6 12.4l8.8-8.8" />
    </>
  ),
  play: <path d="M4.5 2.8v10.4L13 8Z" fill="currentColor" />,
  pause: <path d="M5 3v10M11 3v10" strokeWidth="2.6" />,
  stop: <rect x="3.5" y="3.5" width="9" height="9" rx="1.4" fill="currentColor" />,
  step: (
    <>
      <path d="M3 3v10l6.5-5Z" fill="currentColor" />
      <path d="M12.5 3v10" strokeWidth="2" />
    </>
  ),
  stepBack: (
    <>
      <path d="M13 3v10L6.5 8Z" fill="currentColor" />
      <path d="M3.5 3v10" strokeWidth="2" />
    </>
  ),
  forward: <path d="M6 3.5L10.5 8 6 12.5" />,
  back: <path d="M10 3.5L5.5 8l4.5 4.5" />,
  start: <path d="M12.5 3.5L8 8l4.5 4.5M8 3.5L3.5 8 8 12.5" />,
  end: <path d="M3.5 3.5L8 8l-4.5 4.5M8 3.5L12.5 8 8 12.5" />,
  error: (
    <>
      <path d="M8 1.8l6.6 11.9H1.4Z" />
      <path d="M8 6v3.4M8 11.3v.6" />
    </>
  ),
  inject: <path d="M8 1.5v8M4.8 6.6L8 9.8l3.2-3.2M2 11v3h12v-3" />,
  fit: <path d="M2 5.5V2h3.5M14 5.5V2h-3.5M2 10.5V14h3.5M14 10.5V14h-3.5" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.6" />
      <path d="M10.5 10.5L14 14" />
    </>
  ),
  close: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />,
  breakpoint: <circle cx="8" cy="8" r="5" fill="currentColor" stroke="none" />,
  fold: <path d="M3 6l5 5 5-5" />,
  unfold: <path d="M6 3l5 5-5 5" />,
  link: (
    <path d="M6.5 9.5l3-3M7.2 4.6l1.6-1.6a2.9 2.9 0 0 1 4.1 4.1l-1.6 1.6M8.8 11.4l-1.6 1.6a2.9 2.9 0 0 1-4.1-4.1l1.6-1.6" />
  ),
  retry: <path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3h-3" />,
} satisfies Readonly<Record<string, ReactNode>>;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {drawings[name]}
    </svg>
  );
}
