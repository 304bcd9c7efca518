/** Pixels that a text takes in a font, given as CSS has it: `600 13px Inter`. */
export type Measure = (text: string, font: string) => number;
