/**
 * Node functions without side effects, but for a mark on standard error whenever one runs.
 *
 * @typedef {import('netrun').ExecContext} Context
 * @typedef {import('netrun').InputPackets} Packets
 */

const count = Number(process.env['CRASH_PACKETS'] ?? '40');

const mark = () => void process.stderr.write('.');
const round = () => new Promise((done) => setImmediate(done));

/** @param {Packets} packets @param {string} port */
function only(packets, port) {
  const packet = packets[port]?.[0];
  if (packet === undefined) throw new Error(`no packet at ${port}`);
  return packet;
}

/** Sends 0 … count - 1, a salvo each, and lets the event loop go round in between. @param {Context} ctx */
export async function source(ctx) {
  for (let n = 0; n < count; n += 1) {
    mark();
    ctx.loadOutputPort('out', ctx.createPacket(n));
    ctx.sendOutputSalvo('send');
    await round();
  }
}

/** To the left as it is, at times lazily, to the right as a map. @param {Context} ctx @param {Packets} packets */
export function split(ctx, packets) {
  mark();
  const n = Number(ctx.consumePacketSync(only(packets, 'in')));
  const left =
    n % 2 === 0 ? ctx.createPacket(BigInt(n)) : ctx.createPacketFromValueFunc(() => BigInt(n));
  ctx.loadOutputPort('left', left);
  const drawn = ctx.random();
  if (!(ctx.now() > 0 && drawn >= 0 && drawn < 1)) throw new Error('no such draw');
  ctx.loadOutputPort('right', ctx.createPacket(new Map([['n', n]])));
  ctx.sendOutputSalvo('send');
}

/** Fails at first for every third; gives a value that takes its time. @param {Context} ctx @param {Packets} packets */
export async function unsteady(ctx, packets) {
  mark();
  const n = /** @type {bigint} */ (await ctx.consumePacket(only(packets, 'in')));
  await round();
  const twice = async () => (await round(), { twice: 2n * n });
  ctx.loadOutputPort('out', ctx.createPacketFromValueFunc(twice));
  ctx.sendOutputSalvo('send');
  if (n % 3n === 0n && ctx.retryCount === 0) throw new Error('not yet');
}

/** Counts in its memory; sends before it waits. @param {Context} ctx @param {Packets} packets */
export async function counting(ctx, packets) {
  mark();
  const value = /** @type {Map<string, number>} */ (ctx.consumePacketSync(only(packets, 'in')));
  const seen = Number(ctx.memory.get('seen') ?? 0) + 1;
  ctx.memory.set('seen', seen);
  ctx.loadOutputPort('out', ctx.createPacket({ n: value.get('n'), seen }));
  ctx.sendOutputSalvo('send');
  await round();
  await round();
  mark();
}

/** @param {Context} ctx @param {Packets} packets */
export async function join(ctx, packets) {
  mark();
  const right = await ctx.consumePacket(only(packets, 'right'));
  const { n, seen } = /** @type {{ n: number, seen: number }} */ (right);
  const left = await ctx.consumePacket(only(packets, 'left'));
  const { twice } = /** @type {{ twice: bigint }} */ (left);
  await round();
  ctx.loadOutputPort('out', ctx.createPacket({ sum: Number(twice) + n, seen }));
  ctx.sendOutputSalvo('send');
}
