/** Limits of what other programs have a node keep. Larger things are not experiences but files. */

/** Most characters of a task, an answer, an action or what came of it: a screenful of a build's output several times over. */
export const maxRecordedTextLength = 16_000;
/** A long day of a coding agent; a trajectory of more steps teaches nothing that its parts do not. */
export const maxRecordedSteps = 200;
/** Lessons that a client may be given, or may name, at once: as many as the lineage of one lesson holds. */
export const maxRecallLessons = 8;
/** The body of a request that carries an experience: more than one mostly has, less than two hundred steps of the longest texts. */
export const maxRecordingBytes: number = 4 * 1024 * 1024;
