/** The records of one's own that wait to be published, as the network asks for them. */
import { GrapevineError, type LessonStore, type RecordId, type SignedRecord } from "@grapevine/core";
import type { Outbox } from "@grapevine/network";
import type { Logger } from "pino";

export interface OwnOutboxComponents {
  readonly lessons: Pick<LessonStore, "outbox" | "record" | "apply">;
  readonly log: Pick<Logger, "error">;
}

/** A record that is damaged on the disk stays where it is and is said once: the others are published all the same. */
export function createOwnOutbox({ lessons, log }: OwnOutboxComponents): Outbox {
  const said = new Set<RecordId>();
  const readable = async (id: RecordId): Promise<SignedRecord | undefined> => {
    try {
      return await lessons.record(id);
    } catch (error) {
      if (!GrapevineError.is(error, "STORE_DAMAGED")) throw error;
      if (!said.has(id)) log.error({ err: error, record: id }, "a record of one's own cannot be read, and is not published");
      said.add(id);
      return undefined;
    }
  };
  return {
    pending: async () => {
      const records: SignedRecord[] = [];
      for (const id of await lessons.outbox()) {
        const record = await readable(id);
        if (record !== undefined) records.push(record);
      }
      return records;
    },
    published: (id) => lessons.apply([{ kind: "outbox-remove", id }]),
  };
}
