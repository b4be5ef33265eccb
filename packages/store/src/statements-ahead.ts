/** What is said of lessons that are not here: found by comparing the keys of statements with those of lessons, so that nothing about it has to be kept. */
import type { StatementAhead } from "@grapevine/core";
import type { Database } from "./database.ts";
import { authorOfAuthoredKey, keyspaceRange, keyspaces, lessonOfAuthoredKey, textKey } from "./keyspace.ts";

export async function* statementsAhead(database: Database): AsyncGenerator<StatementAhead, void, undefined> {
  for (const [keyspace, type] of [
    [keyspaces.attestation, "attestation"],
    [keyspaces.tombstone, "retraction"],
  ] as const) {
    for await (const keys of database.keyChunks(keyspaceRange(keyspace))) {
      const lessons = [...new Set(keys.map(lessonOfAuthoredKey))];
      const isHere = await database.hasMany(lessons.map((lesson) => textKey(keyspaces.standing, lesson)));
      const missing = new Set(lessons.filter((_, position) => isHere[position] !== true));
      for (const key of keys) {
        const lesson = lessonOfAuthoredKey(key);
        if (missing.has(lesson)) yield { lesson, author: authorOfAuthoredKey(key), type };
      }
    }
  }
}
