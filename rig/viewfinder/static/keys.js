// The keyboard: every key of the `?` overlay.

import { Push } from "./hands.js";

const TURNS = { ArrowUp: ["dodge", 1], ArrowDown: ["dodge", -1], k: ["dodge", 1], j: ["dodge", -1],
  ArrowRight: ["burn", 1], ArrowLeft: ["burn", -1], l: ["burn", 1], h: ["burn", -1] };
const SOULS = ["off", "set", "proof"];

export function listenToKeys(hands, rig) {
  const pushes = { d: new Push(hands, "dodge"), b: new Push(hands, "burn") };
  const negative = new Push(hands, "dodge");
  const key = (event) => event.key.length === 1 ? event.key.toLowerCase() : event.key;

  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || (event.ctrlKey && key(event) !== "z") || event.metaKey || event.altKey) return;
    const k = key(event), focus = document.activeElement;
    if ((k === " " || k === "Enter") && focus && (focus.tagName === "BUTTON" || focus.tagName === "A")) return;
    if (TURNS[k]) {
      let [knob, detents] = TURNS[k];
      const dial = focus?.closest?.(".knob");
      if (dial && k.startsWith("Arrow")) { // a focused slider keeps the arrows to itself, as sliders do
        knob = dial.id;
        detents = k === "ArrowUp" || k === "ArrowRight" ? 1 : -1;
      }
      hands.turn(knob, detents);
    } else if (pushes[k]) { if (!event.repeat) pushes[k].begin(); }
    else if (k === "Enter" && focus?.closest?.(".knob")) { if (!event.repeat) pushes[focus.closest(".knob").id[0]].begin(); }
    else if (k === "n") { if (!event.repeat) negative.begin(); }
    else if (k === "r") { if (!event.repeat) hands.press("record", true); }
    else if (event.repeat) return;
    else if (k === " ") rig.beat();
    else if (k === "s") hands.soul(SOULS[(SOULS.indexOf(rig.meters?.soul) + 1) % 3]);
    else if (k === "u" || k === "z") event.shiftKey ? hands.redo() : hands.undo();
    else if (k === "y") hands.redo();
    else if (k === "x") hands.lock(!rig.meters?.locked);
    else if (k === "p") rig.openSheet();
    else if (k === "t") rig.strip.toggle();
    else if (k === "Escape" && rig.strip.open) rig.strip.close();
    else if (k === "e") hands.keep();
    else if (k === "v") rig.choosePlace();
    else if (k === "f") document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
    else if (k === "?" || k === "F1") document.getElementById("keys").showModal();
    else return;
    event.preventDefault();
  });

  addEventListener("keyup", (event) => {
    const k = key(event);
    if (pushes[k]) pushes[k].end();
    else if (k === "Enter") Object.values(pushes).forEach((push) => push.end());
    else if (k === "n") negative.held ? negative.end() : negative.cancel(); // a short N is no tap: it would aim
    else if (k === "r") hands.press("record", false);
  });
  addEventListener("blur", () => [...Object.values(pushes), negative].forEach((push) => push.cancel()));
}
