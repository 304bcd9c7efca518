/** XState's functions of graphs as its tests see them, which go through compiled machines. */
import * as graph from 'xstate/graph';
import { onCompiled } from './xstate.ts';

export * from 'xstate/graph';

export const createTestModel = onCompiled(graph.createTestModel);
export const getAdjacencyMap = onCompiled(graph.getAdjacencyMap);
export const getPathsFromEvents = onCompiled(graph.getPathsFromEvents);
export const getShortestPaths = onCompiled(graph.getShortestPaths);
export const getSimplePaths = onCompiled(graph.getSimplePaths);
export const toDirectedGraph = onCompiled(graph.toDirectedGraph);
