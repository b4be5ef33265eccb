/** A turn of a conversation that a chat client or a coding agent leads, by this node's agent and model. */
import type { Agent, Conversation } from "@grapevine/agent";
import type { Generation } from "@grapevine/core";
import type { Activity } from "./activity.ts";
import type { UsedLesson } from "./control/lesson-contract.ts";
import { usedLesson, type ViewComponents } from "./views.ts";

export interface ConversationOptions {
  /** False: without lessons. */
  readonly lessons: boolean;
  readonly signal?: AbortSignal;
  readonly onText?: (piece: string) => void;
  /** Told which lessons are in the prompt, before the model is asked. */
  readonly onLessons?: (lessons: readonly UsedLesson[]) => void;
}

export interface ConversationReply {
  readonly generation: Generation;
  readonly lessons: readonly UsedLesson[];
  readonly model: string;
  /** Absent where the model wants tools used: the experience is kept when the trajectory has ended. */
  readonly experienceId?: string;
}

export type Converse = (conversation: Conversation, options: ConversationOptions) => Promise<ConversationReply>;

export interface ConversingComponents extends ViewComponents {
  readonly agent: Agent;
  readonly activity: Activity;
  readonly ownQuestions: Activity;
}

/** @throws what the agent throws */
export async function converse(
  conversation: Conversation,
  { onLessons, ...options }: ConversationOptions,
  components: ConversingComponents,
): Promise<ConversationReply> {
  const { agent, activity, ownQuestions } = components;
  let lessons: readonly UsedLesson[] = [];
  const turn = await activity.during(() =>
    ownQuestions.during(() =>
      agent.converse(conversation, {
        ...options,
        onLessons: (uses) => {
          lessons = uses.map((use) => usedLesson(use, components));
          onLessons?.(lessons);
        },
      }),
    ),
  );
  const { generation, model, experience } = turn;
  return { generation, lessons, model, ...(experience !== undefined && { experienceId: experience.id }) };
}
