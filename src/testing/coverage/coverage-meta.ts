/** Under which name the setup file hands coverage to the reporter, through what vitest keeps of a test file. */
export const coverageMeta = 'netrunStatecharts';
