import { defineErrors, type ErrorTable } from "@grapevine/core";

export const dashboardErrors: ErrorTable<"DASHBOARD_NOT_BUILT"> = defineErrors({
  DASHBOARD_NOT_BUILT: {
    summary: "The files of the dashboard could not be made from their sources.",
    hint: "Install again with `npx pnpm install`, and see that the cache folder can be written (GRAPEVINE_CACHE moves it).",
  },
});
