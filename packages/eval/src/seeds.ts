/**
 * Which seeds are for building and which are for reporting. A seed makes worlds and tasks; whoever changes the learning loop looks at the development seeds as often as
 * they like, and never at the reporting ones: a figure on tasks that something was tuned on says nothing.
 */

/** The worlds that tests and the demonstration use are among them. */
const developmentSeeds: readonly number[] = Array.from({ length: 40 }, (_, position) => position + 1);
const firstReportingSeed = 1_001;

/** Reporting seeds follow each other without an end; development seeds are as many as there are. */
export const maxDevelopmentSeeds: number = developmentSeeds.length;

export function seedsFor(purpose: "development" | "reporting", count: number): number[] {
  if (purpose === "development") return developmentSeeds.slice(0, count);
  return Array.from({ length: count }, (_, position) => firstReportingSeed + position);
}
