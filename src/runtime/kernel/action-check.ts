/** Whether an action has the form that its type asks for: one zod schema per type, and a short cut. */
import { z } from 'zod';
import { isUsualAction } from './usual-action.ts';

const now = z.int().min(0).optional();
const text = z.string();
const packet = z.string().regex(/^p[1-9]\d*$/, 'a packet id looks like p12');
const epoch = z.string().regex(/^e[1-9]\d*$/, 'an epoch id looks like e5');
const batchPacket = z
  .string()
  .regex(/^(p[1-9]\d*|#\d+)$/, 'a packet is p12, or #0 for the first the batch makes');
const error = z.object({ name: text, message: text, code: text.optional() });
const unconsumed = z.enum(['error', 'destroy']).optional();
const place = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('OutsideNet') }),
  z.strictObject({ type: z.literal('Edge'), from: text, to: text }),
  z.strictObject({ type: z.literal('InputPort'), node: text, port: text }),
  z.strictObject({ type: z.literal('Node'), epoch }),
  z.strictObject({ type: z.literal('OutputPort'), epoch, port: text }),
]);
const salvo = z.array(z.tuple([text, packet])).optional();
const operation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('CreatePacket') }),
  z.strictObject({ type: z.literal('ConsumePacket'), packet: batchPacket }),
  z.strictObject({
    type: z.literal('LoadPacketIntoOutputPort'),
    packet: batchPacket,
    port: text,
  }),
  z.strictObject({ type: z.literal('SendOutputSalvo'), condition: text }),
  z.strictObject({ type: z.literal('Record'), kind: text, value: z.unknown() }),
]);

const schemas = {
  RunNetUntilBlocked: { max: z.int().min(0).optional(), queued: z.int().min(0).optional() },
  CreatePacket: { epoch: epoch.optional() },
  InjectPacket: { port: text, retryOf: packet.optional(), letter: text.optional() },
  ConsumePacket: { packet },
  DestroyPacket: { packet },
  CreateEpoch: { node: text, salvo },
  CreateAndStartEpoch: { node: text, salvo },
  StartEpoch: { epoch },
  FinishEpoch: { epoch, unconsumed },
  CommitEpoch: { epoch, operations: z.array(operation), unconsumed },
  FailAttempt: {
    epoch,
    error,
    waitMs: z.int().min(0).optional(),
    dropped: z.array(operation).optional(),
  },
  TimeOutEpoch: { epoch },
  CancelEpoch: { epoch, reason: text.optional() },
  LoadPacketIntoOutputPort: { packet, port: text },
  SendOutputSalvo: { epoch, condition: text },
  TransportPacketToLocation: { packet, to: place },
  StartNet: { functionless: z.array(text).optional() },
  PauseNet: { reason: text.optional() },
  ResumeNet: {},
  StopNet: { reason: text.optional() },
  RecoverNet: { functionless: z.array(text).optional(), reason: text.optional() },
  NodeUp: { node: text },
  NodeFailed: { node: text, error, waitMs: z.int().min(0).optional() },
  FireTimer: { key: text },
  RecordLateResult: {
    node: text,
    epoch: epoch.optional(),
    attempt: z.int().min(0),
    outcome: z.enum(['returned', 'threw']),
    error: error.optional(),
  },
  RecordDeadLetter: { letter: text, mark: z.enum(['retried', 'discarded']) },
  Record: { epoch, kind: text, value: z.unknown() },
} as const;

/** What every action is held to; `isUsualAction` accepts nothing that these do not. */
export const actionSchemas = new Map<string, z.ZodType>(
  Object.entries(schemas).map(([type, fields]) => [
    type,
    z.strictObject({ type: z.literal(type), now, ...fields }),
  ]),
);

const noAction = 'an action is an object with a type';

/** What is wrong with an action's form, in words; null where nothing is. `before`: the time of the action before. */
export function actionProblem(action: unknown, before: number): string | null {
  if (typeof action !== 'object' || action === null) return noAction;
  if (isUsualAction(action)) return timeProblem(action, before);
  if (!('type' in action)) return noAction;
  const schema = typeof action.type === 'string' ? actionSchemas.get(action.type) : undefined;
  if (schema === undefined) {
    return `no action ${JSON.stringify(action.type) ?? typeof action.type} (there are: ${[...actionSchemas.keys()].join(', ')})`;
  }
  const parsed = schema.safeParse(action);
  if (!parsed.success) {
    return parsed.error.issues
      .map((issue) => `${issue.path.join('.') || 'action'}: ${issue.message}`)
      .join('; ');
  }
  return timeProblem(action, before);
}

function timeProblem(action: object, before: number): string | null {
  const time = (action as { readonly now?: unknown }).now;
  if (typeof time === 'number' && time < before) {
    return `now (${time}) is before the time of the action before (${before})`;
  }
  return null;
}
