/** What a packet was made from and what was made of it, drawn from left to right. */
import { useLayoutEffect, useMemo, useRef } from 'react';
import { Button } from '../../parts/button.tsx';
import { useAnswer, usePaced } from '../../store/answers.ts';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { count } from '../../words/numbers.ts';
import { Pending, Section } from '../parts.tsx';
import { lineageLook, mostDepth } from './lineage-depth.ts';
import {
  type LineageBox,
  boxHeight,
  boxWidth,
  lineageDrawing,
  lineagePath,
} from './lineage-layout.ts';

/** The whole history is read for it. */
const paceMs = 4000;

function Box({ box, packet }: { readonly box: LineageBox; readonly packet: string }) {
  const { node, x, y, more } = box;
  const style = { left: x, top: y, width: boxWidth, height: boxHeight };
  if (node === null) {
    return (
      <div className="lineage-box rest" style={style}>
        {count(more)} more
      </div>
    );
  }
  const isRoot = node.packet === packet;
  const made = node.maker === null ? (node.entry ?? 'outside') : node.maker.node;
  return (
    <button
      type="button"
      className={`lineage-box${isRoot ? ' root' : ''} ${node.end}`}
      style={style}
      title={`${node.packet}: from ${made}${node.maker === null ? '' : ` (${node.maker.epoch})`}, ${node.end}${node.endEpoch === null ? '' : ` in ${node.endEpoch.epoch} ${node.endEpoch.node}`}`}
      onClick={() => go({ packet: node.packet })}
    >
      <span className="lineage-packet mono">
        {node.packet}
        {node.cut === null || node.cut === 'elsewhere' ? null : <span aria-label="more"> …</span>}
      </span>
      <span className="cut muted">{made}</span>
    </button>
  );
}

export function LineagePicture({ packet }: { readonly packet: `p${number}` }) {
  const depth = useStore(lineageLook, (value) => value.depth);
  const setDepth = (next: number): void => lineageLook.set({ depth: next });
  // What was made of it grows with the run.
  const made = useStore(page, ({ newest }) => newest?.net.packetsMade ?? 0);
  const turn = usePaced(made, paceMs);
  const up = useAnswer('lineage', { packet, direction: 'up', depth }, turn);
  const down = useAnswer('lineage', { packet, direction: 'down', depth }, turn);
  const drawing = useMemo(
    () =>
      up.answer === null || down.answer === null
        ? null
        : lineageDrawing(up.answer.root, down.answer.root),
    [up.answer, down.answer],
  );
  const room = useRef<HTMLDivElement>(null);
  const rootX = drawing?.boxes.find(({ key }) => key === 'root')?.x ?? 0;
  const rootY = drawing?.boxes.find(({ key }) => key === 'root')?.y ?? 0;
  useLayoutEffect(() => {
    const at = room.current;
    if (at === null) return;
    at.scrollLeft = rootX - at.clientWidth / 2 + boxWidth / 2;
    at.scrollTop = rootY - at.clientHeight / 2 + boxHeight / 2;
  }, [rootX, rootY]);
  if (drawing === null) return <Pending what="the lineage" refusal={up.refusal ?? down.refusal} />;
  const isCut = up.answer?.isCut === true || down.answer?.isCut === true;
  const isAlone = drawing.boxes.length === 1;
  return (
    <Section title="Lineage">
      {isAlone ? (
        <p className="muted">It was made from no packet, and none was made of it.</p>
      ) : (
        <>
          <div className="row lineage-heads">
            <span className="muted">← made from</span>
            <span className="spring" />
            <span className="muted">{depth} steps each way</span>
            <Button
              word="Fewer steps"
              icon="minus"
              isOff={depth <= 1}
              onPress={() => setDepth(depth - 1)}
            />
            <Button
              word="More steps"
              icon="plus"
              isOff={!isCut || depth >= mostDepth}
              onPress={() => setDepth(depth + 1)}
            />
            <span className="spring" />
            <span className="muted">made of it →</span>
          </div>
          <div className="lineage-room" ref={room}>
            <div
              className="lineage-drawing"
              style={{ width: drawing.width, height: drawing.height }}
            >
              <svg width={drawing.width} height={drawing.height} aria-hidden="true">
                {drawing.lines.map((line) => (
                  <path key={line.key} className={line.how ?? 'made'} d={lineagePath(line)} />
                ))}
              </svg>
              {drawing.boxes.map((box) => (
                <Box key={box.key} box={box} packet={packet} />
              ))}
              {drawing.lines
                .filter(({ from, to, how }) => how !== 'made' || from.y === to.y)
                .map(({ key, from, to, how, epoch }) => (
                  <span
                    key={key}
                    className="lineage-how"
                    style={{
                      left: (from.x + boxWidth + to.x) / 2,
                      top: (from.y + to.y + boxHeight) / 2,
                    }}
                  >
                    {how === 'made' ? epoch?.epoch : how}
                  </span>
                ))}
            </div>
          </div>
        </>
      )}
    </Section>
  );
}
