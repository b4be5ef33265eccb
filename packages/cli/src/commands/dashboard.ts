import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/** Prints an address that lets one browser in, once. */
export async function showDashboard(context: CommandContext): Promise<number> {
  const { output, signal } = context;
  const node = await connect(context);
  const link = await node.dashboardLink({ signal });
  output.document(link);
  output.line(link.url);
  output.aside("It opens once, within eight hours, in a browser on this machine.");
  return exitCodes.done;
}
