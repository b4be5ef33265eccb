/** Whom this node knows: the store's principals in memory, since every verdict and every recall asks for them. */
import { type AuthorId, type LessonStore, type Principal, strangerCalled } from "@grapevine/core";

export interface PrincipalBook {
  readonly known: ReadonlyMap<AuthorId, Principal>;
  /** Somebody of whom nothing is known is a stranger without outcomes. */
  get(author: AuthorId): Principal;
  /** Takes over what the store has just made durable. */
  set(principal: Principal): void;
}

export async function openPrincipalBook(store: Pick<LessonStore, "principals">): Promise<PrincipalBook> {
  const known = new Map((await store.principals()).map((principal) => [principal.author, principal]));
  return {
    known,
    get: (author) => known.get(author) ?? strangerCalled(author),
    set: (principal) => void known.set(principal.author, principal),
  };
}
