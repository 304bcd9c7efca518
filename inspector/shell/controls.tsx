/** What can be done to a live net; each of it goes through the net's own actions, and is in its history. */
import { useState } from 'react';
import type { Command } from '../../src/runtime/inspector/protocol.ts';
import { Button } from '../parts/button.tsx';
import { page } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { perform, useHasControls } from './commands.ts';
import { openInject } from './inject-dialog.tsx';

export function Controls() {
  const isShown = useStore(page, (now) => now.hello?.hasControls === true);
  const isOff = !useHasControls();
  const lifecycle = useStore(page, (now) => now.newest?.net.lifecycle ?? null);
  const [isStepping, setStepping] = useState(false);
  if (!isShown) return null;
  const isPaused = lifecycle === 'paused';
  const isOver = lifecycle === 'stopping' || lifecycle === 'stopped' || lifecycle === 'failed';
  const run = (command: Command) => () => void perform(command);
  const step = async (): Promise<void> => {
    setStepping(true);
    await perform({ type: 'step' });
    setStepping(false);
  };
  return (
    <div className="controls" role="group" aria-label="Controls of the net">
      {isPaused || lifecycle === 'pausing' ? (
        <Button
          word="Resume"
          icon="play"
          isWordShown
          look="primary"
          isOff={isOff}
          title="Let the net go on"
          onPress={run({ type: 'resume' })}
        />
      ) : (
        <Button
          word="Pause"
          icon="pause"
          isWordShown
          isOff={isOff || isOver}
          title="Start no more epochs; those that run are waited for"
          onPress={run({ type: 'pause' })}
        />
      )}
      <Button
        word="Step"
        icon="step"
        isWordShown
        isOff={isOff || isStepping || !(isPaused || lifecycle === 'created')}
        title="Move packets until none can move, and start once what may start; the net must be paused"
        onPress={() => void step()}
      />
      <Button
        word="Inject"
        icon="inject"
        isWordShown
        isOff={isOff || isOver}
        title="Put a value into a port"
        onPress={() => openInject(null)}
      />
      <Button
        word="Stop"
        icon="stop"
        isWordShown
        look="danger"
        isOff={isOff || isOver}
        title="Cancel what runs, and stop the net"
        onPress={run({ type: 'stop' })}
      />
    </div>
  );
}
