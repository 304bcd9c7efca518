/** In the place of src/runtime/kernel/default-engine.ts where the tests run on XState's interpreter. */
export const defaultEngine = 'interpreted';
