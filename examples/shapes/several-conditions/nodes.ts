/** Node functions of the desk with several conditions. */
import { defineNode } from 'netrun';
import type { ExecContext, InputPackets } from 'netrun';
import { z } from 'zod';

export const day = defineNode({
  out: { order: 'string', express: 'string', evening: 'boolean' },
  config: { orders: z.int(), express: z.int() },
  exec: function* (_inputs, { config }) {
    for (let n = 1; n <= config.orders; n += 1) yield { order: `order ${n}` };
    for (let n = 1; n <= config.express; n += 1) yield { express: `express ${n}` };
    yield { evening: true };
  },
});

export const bell = defineNode({
  in: { evening: 'boolean' },
  out: { closing: 'boolean' },
  exec: ({ evening }) => ({ closing: evening }),
});

/** A function of packets, as the ports that have some depend on the condition that fired. */
export function desk(ctx: ExecContext, salvo: InputPackets): void {
  const goods: string[] = [];
  for (const packet of [...(salvo['express'] ?? []), ...(salvo['order'] ?? [])]) {
    const name = String(ctx.consumePacketSync(packet));
    goods.push(name);
    ctx.loadOutputPort('parcel', ctx.createPacket(`parcel: ${name}`));
    ctx.sendOutputSalvo('parcel');
  }
  for (const packet of salvo['closing'] ?? []) ctx.consumePacketSync(packet);
  const when = salvo['closing']?.length === 1 ? 'at closing' : 'together';
  ctx.loadOutputPort('note', ctx.createPacket(`note: ${goods.join(', ')} ${when}`));
  ctx.sendOutputSalvo('note');
}

export const print = defineNode({
  in: { line: 'string' },
  exec: ({ line }) => console.log(line),
});
