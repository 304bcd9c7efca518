/** The corner of a canvas: closer, further, all of it, and the keys that do the same. */
import { useReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';
import { useKeys } from '../shell/keys.ts';
import { Button } from './button.tsx';

interface ZoomButtonsProps {
  readonly onFit: () => void;
  /** It was brought closer, or further away. */
  readonly onZoom: () => void;
  /** What else the canvas has there, before them. */
  readonly children: ReactNode;
}

export function ZoomButtons({ onFit, onZoom, children }: ZoomButtonsProps) {
  const { zoomIn, zoomOut } = useReactFlow();
  const closer = (): void => void zoomIn().then(onZoom);
  const further = (): void => void zoomOut().then(onZoom);
  useKeys({ '+': closer, '-': further, f: onFit });
  return (
    <div className="zoom">
      {children}
      <Button word="Closer" icon="plus" title="Closer (+)" onPress={closer} />
      <Button word="Further" icon="minus" title="Further (-)" onPress={further} />
      <Button word="Fit" icon="fit" title="All of it (f)" onPress={onFit} />
    </div>
  );
}
