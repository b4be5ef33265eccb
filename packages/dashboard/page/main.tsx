/** The dashboard's beginning: lets the browser in, then shows the rooms. */
import { render } from "preact";
import { enter } from "./connection/session.ts";
import { Door } from "./door.tsx";
import { House } from "./house.tsx";
import { followNode } from "./state/follow.ts";

const place = document.getElementById("page");
if (place === null) throw new Error("the page has no place for the dashboard");

const entered = await enter();
if (entered.open) {
  render(<House />, place);
  followNode();
} else {
  render(<Door reason={entered.reason} />, place);
}
