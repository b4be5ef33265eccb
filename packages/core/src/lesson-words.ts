/** Texts as sets of words, for asking which words two of them share: each stemmed word as one number, so that a store can hold those of all its lessons in memory. */
import { stemmer } from "stemmer";

/**
 * The hashes of the stemmed words of more than two letters, in ascending order, each once. Two words are taken for one where their 32 bits agree: one pair in
 * four thousand million.
 */
export function wordHashes(text: string): Uint32Array {
  const found = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  const hashes = Uint32Array.from(found, hashOfWord).sort();
  return hashes.filter((hash, position) => position === 0 || hash !== hashes[position - 1]);
}

/** Stemming costs more than the rest, and the same few thousand words come again and again. */
const hashesOfWords = new Map<string, number>();
const maxCachedWords = 20_000;

function hashOfWord(word: string): number {
  const known = hashesOfWords.get(word);
  if (known !== undefined) return known;
  const hash = fnv1a(stemmer(word));
  if (hashesOfWords.size >= maxCachedWords) hashesOfWords.clear();
  hashesOfWords.set(word, hash);
  return hash;
}

/** FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923), over UTF-16 units instead of bytes. Stored with the lessons: a change of it is a change of format. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
