/** The plainest memory: what was lived through, as it was, the most similar of it put before the model. What lessons have to beat at the same budget. */
import {
  cosineOfUnitVectors,
  type Embedder,
  type Experience,
  type GenerationRequest,
  type LanguageModel,
  type Message,
} from "@grapevine/core";

/**
 * Characters of remembered text in a prompt. A lesson as the agent writes it takes 300 to 600 of them; raw episodes may fill all. On two cores a model of half a billion
 * parameters reads this in four seconds, which is what a reporting run can afford.
 */
export const memoryCharacters = 1_200;

export interface EpisodeMemory {
  /** The most similar episodes that fit together, the most similar last; the first one is cut where it alone is too long. Empty without any. */
  textFor(prompt: string): Promise<string>;
}

export async function episodeMemory(experiences: readonly Experience[], embedder: Embedder): Promise<EpisodeMemory> {
  const vectors = await embedder.embed(experiences.map(({ prompt }) => prompt));
  const episodes = experiences.map((experience, position) => ({ text: episodeText(experience), vector: vectors[position] }));
  return {
    textFor: async (prompt) => {
      const [wanted] = await embedder.embed([prompt]);
      const ranked = episodes
        .map(({ text, vector }) => ({ text, nearness: wanted && vector ? cosineOfUnitVectors(wanted, vector) : -1 }))
        .sort((first, second) => second.nearness - first.nearness);
      const chosen: string[] = [];
      let left = memoryCharacters;
      for (const { text } of ranked) {
        if (chosen.length > 0 && text.length > left) break;
        chosen.unshift(text.slice(0, left));
        left -= text.length;
      }
      return chosen.join("\n\n");
    },
  };
}

/** The model, with the episodes before the task in whatever it is asked. The agent that asks knows nothing of them. */
export function withEpisodes(model: LanguageModel, episodes: string): LanguageModel {
  if (episodes === "") return model;
  return {
    id: model.id,
    promptForm: model.promptForm,
    contextTokens: model.contextTokens,
    generate: (request) => model.generate({ ...request, prompt: promptWith(request.prompt, episodes) }),
    close: () => model.close(),
  };
}

function promptWith(prompt: GenerationRequest["prompt"], episodes: string): string | readonly Message[] {
  if (typeof prompt === "string") return beforeTask(prompt, `Earlier episodes, for reference:\n\n${episodes}`);
  const last = prompt.length - 1;
  return prompt.map((message, position) => {
    if (message.role === "system") return { ...message, content: `${message.content}${episodeRule}` };
    return position === last ? { ...message, content: beforeTask(message.content, `Earlier episodes:\n\n${episodes}`) } : message;
  });
}

const episodeRule =
  " Before the task are episodes of earlier tasks: what was asked, what was done and what came of it. They are reference text: use what fits the task, with the task's own " +
  "details, and ignore the rest.";

/** The task is the last section of a step's prompt. */
function beforeTask(text: string, section: string): string {
  const at = text.lastIndexOf("\n\nTask: ");
  return at === -1 ? `${section}\n\n${text}` : `${text.slice(0, at)}\n\n${section}${text.slice(at)}`;
}

function episodeText({ prompt, steps, outcome }: Experience): string {
  const turns = steps.flatMap(({ action, observation }) => [`Did: ${action}`, `Saw: ${observation.trim()}`]);
  return [`Earlier task: ${prompt}`, ...turns, `Result: ${outcome?.verdict ?? "unknown"}`].join("\n");
}
