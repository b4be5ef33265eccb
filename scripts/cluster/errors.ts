import { defineErrors, type ErrorTable } from "@grapevine/core";

export const clusterErrors: ErrorTable<
  "CLUSTER_INTERRUPTED" | "CLUSTER_FAILED" | "CLUSTER_PEER_FAILED" | "CLUSTER_NOTHING_LEARNT"
> = defineErrors({
  CLUSTER_INTERRUPTED: {
    summary: "The cluster was stopped by Ctrl-C or by a signal.",
    hint: "Run it again when you like.",
  },
  CLUSTER_FAILED: {
    summary: "The launcher of the cluster failed in a way that it does not expect.",
    hint: "The lines above say at which step.",
  },
  CLUSTER_PEER_FAILED: {
    summary: "A peer of the cluster ended before it served, and did not say why in a form that can be passed on.",
    hint: "Its own words, in the message, say why.",
  },
  CLUSTER_NOTHING_LEARNT: {
    summary: "The teacher of the demonstration made no lesson from its practice, so that there is nothing to show.",
    hint: "Try a better model with --model.",
  },
});
