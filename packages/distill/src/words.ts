/** Texts as sets of word stems, for asking how much of one text is only another text again. */
import { normalisedText } from "@grapevine/core";
import { stemmer } from "stemmer";

/** Words that say nothing by themselves. */
const emptyWords = new Set(
  "a an the this that these those it its is are was were be been being to of in on at by for from with and or not as if when then than do does did done use used using you your can will should must may one any all some there here what which who how into out up so".split(
    " ",
  ),
);

/** Stems of the words that carry meaning. */
export function contentStems(text: string): Set<string> {
  const words = normalisedText(text).split(" ");
  return new Set(words.filter((word) => word !== "" && !emptyWords.has(word)).map((word) => stemmer(word)));
}

/** The share of the first text's content that the second one holds too, from 0 to 1; 1 for a text without content. */
export function shareWithin(text: string, other: string): number {
  const stems = contentStems(text);
  if (stems.size === 0) return 1;
  return common(stems, contentStems(other)) / stems.size;
}

/** Jaccard similarity of two texts' content, from 0 to 1. */
export function overlap(text: string, other: string): number {
  const [a, b] = [contentStems(text), contentStems(other)];
  const both = common(a, b);
  const union = a.size + b.size - both;
  return union === 0 ? 1 : both / union;
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return [...a].filter((stem) => b.has(stem)).length;
}
