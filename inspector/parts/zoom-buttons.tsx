/** The corner of a canvas: closer, further, all of it, and the keys that do the same. */
import { useReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';
import { useKeys } from '../shell/keys.ts';
import { Button } from './button.tsx';

interface ZoomButtonsProps {
  readonly onFit: () => void;
  /** What else the canvas has there, before them. */
  readonly children: ReactNode;
}

export function ZoomButtons({ onFit, children }: ZoomButtonsProps) {
  const { zoomIn, zoomOut } = useReactFlow();
  useKeys({ '+': () => void zoomIn(), '-': () => void zoomOut(), f: onFit });
  return (
    <div className="zoom">
      {children}
      <Button word="Closer" icon="plus" title="Closer (+)" onPress={() => void zoomIn()} />
      <Button word="Further" icon="minus" title="Further (-)" onPress={() => void zoomOut()} />
      <Button word="Fit" icon="fit" title="All of it (f)" onPress={onFit} />
    </div>
  );
}
