/** A short text that stands for a spec, so that a snapshot of another net is told from one of this. */
import type { NetSpec } from '../../machines/spec.ts';

/**
 * 16 hex digits: two FNV-1a hashes (Fowler, Noll, Vo) of 32 bits over the spec as JSON, the second over
 * its characters from the end. Against mistakes, not against forgery.
 */
export function specFingerprint(spec: NetSpec): string {
  const text = JSON.stringify(spec);
  let forward = 0x811c9dc5;
  let backward = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    forward = Math.imul(forward ^ text.charCodeAt(at), 0x01000193);
    backward = Math.imul(backward ^ text.charCodeAt(text.length - 1 - at), 0x01000193);
  }
  const hex = (hash: number): string => (hash >>> 0).toString(16).padStart(8, '0');
  return hex(forward) + hex(backward);
}
