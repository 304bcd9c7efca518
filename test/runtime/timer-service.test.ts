/** Clocks and the timers that hang on them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldClock, SystemClock } from '../../src/runtime/time/clock.ts';
import { TimerService } from '../../src/runtime/time/timer-service.ts';

describe('HeldClock', () => {
  it('rings in order of due time, each at its own time', async () => {
    const clock = new HeldClock(100);
    const rung: [string, number][] = [];
    clock.at(300, () => rung.push(['c', clock.now()]));
    clock.at(200, () => {
      rung.push(['a', clock.now()]);
      clock.at(250, () => rung.push(['b', clock.now()]));
    });
    const cancel = clock.at(220, () => rung.push(['never', clock.now()]));
    cancel();
    expect(clock.next).toBe(200);
    await clock.advance(150);
    expect(rung).toEqual([
      ['a', 200],
      ['b', 250],
    ]);
    expect(clock.now()).toBe(250);
    await clock.advance(50);
    expect(rung.at(-1)).toEqual(['c', 300]);
    expect(clock.next).toBeNull();
  });
});

describe('SystemClock', () => {
  it('tells whole milliseconds that never fall, and rings what is due', async () => {
    const clock = new SystemClock();
    const first = clock.now();
    expect(Number.isInteger(first)).toBe(true);
    await new Promise<void>((done) => clock.at(first, done));
    expect(clock.now()).toBeGreaterThanOrEqual(first);
    let rung = false;
    const cancel = clock.at(clock.now(), () => (rung = true));
    cancel();
    await new Promise<void>((done) => clock.at(clock.now(), done));
    expect(rung).toBe(false);
  });
});

describe('TimerService', () => {
  it('T1, T2: fires what is armed in order of due time, then of setting; never what was cleared', async () => {
    const timers = fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        due: fc.nat(50),
        clear: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(timers, fc.nat(60), async (list, until) => {
        const clock = new HeldClock();
        const fired: [string, number][] = [];
        const service = new TimerService(clock, (key) => fired.push([key, clock.now()]));
        const model = new Map<string, number>();
        for (const { key, due, clear } of list) {
          if (clear) {
            service.clear(key);
            model.delete(key);
          } else {
            service.set(key, due);
            model.delete(key);
            model.set(key, due);
          }
        }
        await clock.advance(until);
        const expected = [...model].filter(([, due]) => due <= until).sort(([, a], [, b]) => a - b);
        expect(fired).toEqual(expected);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('fires nothing once all timers are cleared', async () => {
    const clock = new HeldClock();
    const fired: string[] = [];
    const service = new TimerService(clock, (key) => fired.push(key));
    service.set('a', 10);
    service.clearAll();
    await clock.advance(20);
    expect(fired).toEqual([]);
    expect(clock.next).toBeNull();
  });
});
