/** How wide a text will be, before it is drawn: as the browser draws it, once the page's typeface is there. */
import type { Measure } from './measure.ts';

export async function browserMeasure(): Promise<Measure> {
  await Promise.all([document.fonts.load('450 12px Inter'), document.fonts.load('600 12px Inter')]);
  const context = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    if (context === null) return text.length * 7;
    context.font = font;
    return context.measureText(text).width;
  };
}
