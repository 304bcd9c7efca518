/** How wide a text will be, before it is drawn. */

/** Pixels that a text takes in a font, given as CSS has it: `600 13px Inter`. */
export type Measure = (text: string, font: string) => number;

/** As the browser draws it. */
export function browserMeasure(): Measure {
  const context = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    if (context === null) return text.length * 7;
    context.font = font;
    return context.measureText(text).width;
  };
}
