/** The dashboard's files, for the node that serves them. */
export { dashboardErrors } from "./errors.ts";
export { type DashboardInit, openDashboard } from "./open-dashboard.ts";
