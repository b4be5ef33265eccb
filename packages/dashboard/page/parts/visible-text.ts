/**
 * Controls, directions and other characters without a shape, each as a mark that can be seen; line feeds and tabs stay. Marks that are stacked on one character are cut after
 * the fourth, as no language writes more: higher stacks reach over the lines around them.
 */
export function visibleText(text: string): string {
  return text.replace(unseen, "\u{fffd}").replace(stacked, "$1");
}

const unseen = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u115f\u1160\u3164\uffa0\u2800]/gu;
const stacked = /(\p{M}{4})\p{M}+/gu;
