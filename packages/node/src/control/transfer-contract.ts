/** How lessons and experiences leave a node as a file, and come into one. */
import type { Experience, LessonBody, LessonState } from "@grapevine/core";

/** `GET /api/lessons/export`. Without a state: own lessons, and those that are admitted. */
export interface ExportQuery {
  readonly state?: LessonState;
}

/** A lesson as a line of a file. Only `record` counts when it is imported; everything else is in it, and here for people and scripts. */
export interface ExportedLesson
  extends Pick<LessonBody, "author" | "kind" | "title" | "situation" | "guidance" | "example" | "tags"> {
  readonly id: string;
  readonly state: LessonState;
  /** The signed record as it is on the wire, in base64. */
  readonly record: string;
}

/** The last event of `GET /api/lessons/export`. */
export interface ExportSummary {
  readonly lessons: number;
}

export type ExportEvent = ({ readonly type: "lesson" } & ExportedLesson) | ({ readonly type: "summary" } & ExportSummary);

/** `POST /api/lessons/import` */
export interface ImportRequest {
  /** Signed records in base64. */
  readonly records: readonly string[];
}

/** What became of a record, in the order of the request: the lesson's state, or why it was refused. */
export interface ImportedLesson {
  readonly id?: string;
  readonly state?: LessonState;
  /** A code of the record decoder's or the network's gate; `no-lesson`: it is another record; `not-kept`: refused on a rule of this node's, or forgotten here. */
  readonly refused?: string;
}

/** The last event of `GET /api/experiences/export`. */
export interface ExperienceExportSummary {
  readonly experiences: number;
}

export type ExperienceExportEvent =
  | { readonly type: "experience"; readonly experience: Experience }
  | ({ readonly type: "summary" } & ExperienceExportSummary);

/** `POST /api/experiences/import` */
export interface ExperienceImportRequest {
  /** As they were exported. */
  readonly experiences: readonly unknown[];
}

/** What became of an experience, in the order of the request. `here`: one with its id was kept before, and stays as it is. */
export interface ImportedExperience {
  readonly state: "imported" | "here" | "refused";
  readonly id?: string;
  /** Why, for people. */
  readonly refused?: string;
}
