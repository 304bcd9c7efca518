/** What went wrong, or what was done: a line that stays until it is closed or the next comes. */
import { useEffect } from 'react';
import { Button } from '../parts/button.tsx';
import { Shape } from '../parts/state-mark.tsx';
import { page } from '../store/page.ts';
import { useStore } from '../store/store.ts';

const doneStaysMs = 4000;

export function NoticeLine() {
  const notice = useStore(page, (now) => now.notice);
  useEffect(() => {
    if (notice?.tone !== 'done') return undefined;
    const timer = setTimeout(() => page.set({ notice: null }), doneStaysMs);
    return () => clearTimeout(timer);
  }, [notice]);
  if (notice === null) return null;
  return (
    <div className={`notice tone-${notice.tone}`} role="alert">
      <Shape tone={notice.tone} size={13} />
      <div className="notice-text">
        <span>
          {notice.code === null ? null : <code className="code">{notice.code}</code>} {notice.text}
        </span>
        {notice.hint === null ? null : <span className="muted">{notice.hint}</span>}
      </div>
      <Button word="Close" icon="close" look="plain" onPress={() => page.set({ notice: null })} />
    </div>
  );
}
