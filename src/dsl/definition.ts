/** A net's definition as plain data: what the API takes, and the normal form it is brought to. */
import type { z } from 'zod';
import type { Fanout } from '../machines/spec.ts';
import type { NetSettings, NodeOptions } from './schema.ts';

/** A class, as a port type. */
export type PortClass = abstract new (...args: never) => unknown;

/**
 * What a port's values must be: a zod schema, a class or its name, with `exact` not a subclass of it;
 * or a name: `string`, `number`, `boolean`, `object`, `array`, `date`, `bytes`, or `file#export` of a schema.
 */
export type PortType =
  | string
  | PortClass
  | z.ZodType
  | { readonly class: string | PortClass; readonly exact: boolean };

export interface InPortDefinition {
  readonly name: string;
  /** Packets the port holds at most. */
  readonly slots: number | 'infinite';
  readonly type?: PortType;
}

export interface OutPortDefinition extends InPortDefinition {
  readonly fanout: Fanout;
}

/** From one port, at most `count` packets. */
export interface TakeDefinition {
  readonly port: string;
  readonly count: number | 'all';
}

export interface ConditionDefinition {
  readonly name: string;
  /** The term as it was written. */
  readonly when: string;
  readonly ports: readonly TakeDefinition[];
  /** Salvos per epoch; of an input condition always 1. */
  readonly maxSalvos: number | 'infinite';
}

/** Functions of a node by import path: `./nodes.ts#clean`. */
export interface NodeFunctionPaths {
  readonly execNodeFunc?: string;
  readonly startNodeFunc?: string;
  readonly stopNodeFunc?: string;
  readonly execFailedNodeFunc?: string;
}

/** What a node has besides its ports and conditions. */
interface NodeCommon extends NodeFunctionPaths {
  readonly name: string;
  /** Handed to the node's functions as it is. */
  readonly config?: unknown;
  /** Import path of a factory, or `builtin:…`. */
  readonly factory?: string;
  readonly factoryArgs?: Readonly<Record<string, unknown>>;
  /** File of a net that is this node. */
  readonly net?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export interface NodeDefinition extends NodeCommon {
  readonly inPorts: readonly InPortDefinition[];
  readonly outPorts: readonly OutPortDefinition[];
  readonly inConditions: readonly ConditionDefinition[];
  readonly outConditions: readonly ConditionDefinition[];
  readonly options: NodeOptions;
}

export interface EdgeDefinition {
  /** `Node.port`. */
  readonly from: string;
  readonly to: string;
  /** Packets from which on the source node starts no epoch. */
  readonly capacity: number | 'infinite';
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** The normal form: every default of ports, conditions and edges filled in; options as they were set. */
export interface GraphDefinition {
  readonly nodes: readonly NodeDefinition[];
  readonly edges: readonly EdgeDefinition[];
  /** Absent = all unconnected input ports. */
  readonly inputs?: readonly string[];
  readonly outputs: readonly string[];
  readonly net: NetSettings;
}

export interface PortInput {
  readonly name: string;
  /** Default: infinite. */
  readonly slots?: number | 'infinite';
  readonly type?: PortType;
}

export interface OutPortInput extends PortInput {
  /** Default: copy. */
  readonly fanout?: Fanout;
}

export interface ConditionInput {
  readonly name: string;
  readonly when: string;
  /** Default: all ports of the direction, all packets of each. */
  readonly ports?:
    | string
    | readonly (string | TakeDefinition)[]
    | Readonly<Record<string, number | 'all'>>;
  /** Default: 1 for an input condition, infinite for an output condition. */
  readonly maxSalvos?: number | 'infinite';
}

/** A node as the API takes it. Nothing is added: no conditions given, none there. */
export interface NodeInput extends NodeCommon {
  readonly inPorts?: readonly (string | PortInput)[];
  readonly outPorts?: readonly (string | OutPortInput)[];
  readonly inConditions?: readonly ConditionInput[];
  readonly outConditions?: readonly ConditionInput[];
  readonly options?: NodeOptions;
}

export interface EdgeInput {
  /** `Node.port`. */
  readonly from: string;
  readonly to: string;
  /** Default: infinite. */
  readonly capacity?: number | 'infinite';
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A net as the API takes it: `new Graph({ nodes, edges })`. */
export interface GraphInput {
  readonly nodes: readonly NodeInput[];
  readonly edges?: readonly EdgeInput[];
  /** Ports that face the outside, `Node.port`. Default: all unconnected input ports. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly net?: NetSettings;
}
