/** PNG with a palette of at most 256 colours: a third of the size, for pictures of a page. */
import { deflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** @param {Buffer} bytes */
function crc(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = (table[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

/** Colours that are further apart than this are not made one, however few pixels have them. */
const apart = 900;

/**
 * How different two colours look.
 *
 * @param {number} one
 * @param {number} other
 */
function distance(one, other) {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 255) - ((other >> 8) & 255);
  const blue = (one & 255) - (other & 255);
  return red * red * 2 + green * green * 4 + blue * blue * 3;
}

/**
 * Colours that look different, then those that are there most.
 *
 * @param {readonly number[]} sorted the most frequent first
 */
function choosePalette(sorted) {
  /** @type {Set<number>} */
  const chosen = new Set();
  for (const colour of sorted) {
    if (chosen.size === 256) break;
    if (![...chosen].some((other) => distance(colour, other) < apart)) chosen.add(colour);
  }
  for (const colour of sorted) if (chosen.size < 256) chosen.add(colour);
  return [...chosen];
}

/**
 * At most 256 colours, and for each other one the nearest of them.
 *
 * @param {Buffer} rgba
 */
function quantise(rgba) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  const colourAt = (/** @type {number} */ at) => rgba.readUIntBE(at, 3);
  for (let at = 0; at < rgba.length; at += 4) {
    const colour = colourAt(at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const palette = choosePalette(sorted);
  const indexes = new Map(palette.map((colour, index) => [colour, index]));
  for (const colour of sorted) {
    if (indexes.has(colour)) continue;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, other] of palette.entries()) {
      const far = distance(colour, other);
      if (far >= least) continue;
      least = far;
      best = index;
    }
    indexes.set(colour, best);
  }
  return { palette, indexOf: (/** @type {number} */ at) => indexes.get(colourAt(at)) ?? 0 };
}

/**
 * @param {number} width
 * @param {number} height
 * @param {Buffer} rgba four bytes for each pixel, row by row; the fourth is not kept
 */
export function indexedPng(width, height, rgba) {
  const { palette, indexOf } = quantise(rgba);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows[y * (width + 1) + 1 + x] = indexOf((y * width + x) * 4);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.alloc(palette.length * 3);
  for (const [index, colour] of palette.entries()) colours.writeUIntBE(colour, index * 3, 3);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
