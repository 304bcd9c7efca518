/** What a test wants of a part of an answer, where it is not one value. */
import { expect } from 'vitest';

/** A text with this in it. */
export const textWith = (part: string): unknown => expect.stringContaining(part);

export const textLike = (form: RegExp): unknown => expect.stringMatching(form);

export const anyText: unknown = expect.any(String);
