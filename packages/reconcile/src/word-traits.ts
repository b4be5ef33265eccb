/** Which of the traits a word has: each list of words is kept where it is meant for something. */
import { isBoundStart } from "./bounds.ts";
import { isJoint } from "./clauses.ts";
import { mayDeny } from "./denials.ts";
import { isDirection, isExchanging, isOrdering, isRowEnd, isTelling } from "./order.ts";
import { isCounting } from "./quantities.ts";
import type { Token } from "./tokens.ts";
import { traits } from "./traits.ts";
import { isTurning } from "./turning.ts";

export function traitsOf(token: Omit<Token, "traits">): number {
  const { text } = token;
  return (
    (isBoundStart(text) ? traits.boundStart : 0) |
    (isCounting(token) ? traits.counting : 0) |
    (mayDeny(text) ? traits.denying : 0) |
    (isJoint(text) ? traits.joint : 0) |
    (isOrdering(text) ? traits.ordering : 0) |
    (isDirection(text) ? traits.direction : 0) |
    (isRowEnd(text) ? traits.rowEnd : 0) |
    (isTelling(text) ? traits.telling : 0) |
    (isExchanging(text) ? traits.exchanging : 0) |
    (isTurning(token) ? traits.turning : 0)
  );
}
