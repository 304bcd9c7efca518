/** The frame of an open subnet, with the button that folds it. */
import type { Node, NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { Icon } from '../parts/icons.tsx';
import type { SceneFrame } from './folding.ts';
import { foldSubnet } from './net-look.ts';

export type FrameNode = Node<{ readonly frame: SceneFrame }, 'frame'>;

function Frame({ data, width, height }: NodeProps<FrameNode>) {
  const { id, title } = data.frame;
  return (
    <div className="frame" style={{ width, height }} data-frame={id}>
      <button
        type="button"
        className="frame-title nodrag nopan"
        title={`Fold ${id}`}
        onClick={() => foldSubnet(id)}
      >
        <Icon name="fold" size={12} />
        {title}
      </button>
    </div>
  );
}

export const FrameBox = memo(Frame);
