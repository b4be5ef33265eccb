/**
 * Every limit that a record, a queue or a message is held to. Each is enforced where it is named and tested just below and just above.
 */

/** One record on the wire, signature included. Four times the largest lesson that the field limits allow in ASCII text is not needed. */
export const maxRecordBytes: number = 16 * 1024;
/** Body, list or map, example, steps: no record needs more levels. Checked before decoding, so that depth cannot exhaust the stack. */
export const maxRecordDepth = 5;

export const maxTitleLength = 120;
export const maxSituationLength = 400;
export const maxGuidanceLength = 800;
export const maxExampleTextLength = 400;
export const maxExampleSteps = 8;
export const maxTags = 8;
export const maxTagLength = 40;
export const maxEnvironmentFacts = 8;
export const maxEnvironmentFactLength = 80;
/** Lineage is followed by the least trusted ancestor; more than a prompt can hold is never needed. */
export const maxDerivedFrom = 8;
export const maxModelNameLength = 120;
export const maxReasonLength = 200;

/** The part of a swarm's name that its founder chooses. */
export const maxSwarmLabelLength = 64;
/** Label, separator, and a closed swarm's owner, whose peer id has 52 characters. */
export const maxSwarmLength: number = maxSwarmLabelLength + 1 + 52;
/** Records of a revoked member that a revocation can keep: at 16 bytes each, half of what fits into a record, so that all else of it fits for sure. */
export const maxKeptRecords = 512;
/** Keys of a closed swarm's owner that a word on a member can show, one after the other: at about 250 bytes each they fit into a greeting. So the owner's key can be replaced 15 times. */
export const maxSuccession = 16;
/** Rotations of one key that are kept: one that is short enough to be shown to others, and as many as name what stays of the key before, 7,680 records in all. */
export const maxRotationsOfAuthor = 16;

/** A record dated further ahead than this is refused, so that a wrong clock cannot make a record immortal. */
export const maxClockSkewMs: number = 5 * 60 * 1000;

/** A question to an agent. Longer than any small model's context; a hundredth of what would hurt the node. */
export const maxQuestionBytes: number = 64 * 1024;
