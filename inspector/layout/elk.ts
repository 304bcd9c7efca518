/** Lays graphs out in a worker: the page goes on meanwhile. */
import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerAddress from 'elkjs/lib/elk-worker.min.js?url';

let elk: InstanceType<typeof ELK> | null = null;

/** The same graph with places. The worker is started with the first. */
export async function layOut(graph: ElkNode): Promise<ElkNode> {
  elk ??= new ELK({ workerUrl: workerAddress });
  return elk.layout(graph);
}
