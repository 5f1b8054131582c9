// One knob on the page: a ring to turn, a middle to push and to drag. Its picture is what the rig says back.

import { Push } from "./hands.js";

const SVG = "http://www.w3.org/2000/svg";
const SWEEP = 270;
const ROMAN = ["0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
const PIXELS_A_DETENT = 9;
const SLACK = 7;

export function zoneName(zone) {
  return ROMAN[Math.max(0, Math.min(10, Math.round(zone)))];
}

export class Dial {
  constructor(root, hands, name, stops, sign) {
    Object.assign(this, { root, hands, name, stops, sign });
    this.push = new Push(hands, name);
    this.pointers = new Map();
    this.wheel = 0;
    this.build();
    this.listen();
    this.show(0, null, 0);
  }

  build() {
    const svg = make("svg", { viewBox: "-110 -104 220 208", tabindex: 0, role: "slider", "aria-label": this.name,
      "aria-valuemin": this.sign < 0 ? -this.stops : 0, "aria-valuemax": this.sign < 0 ? 0 : this.stops });
    this.svg = svg;
    this.track = svg.appendChild(make("path", { class: "track" }));
    this.fill = svg.appendChild(make("path", { class: "fill" }));
    this.ticks = svg.appendChild(make("g", {}));
    svg.appendChild(make("circle", { class: "ring", r: 106 }));
    svg.appendChild(make("circle", { class: "rim", r: 66 }));
    this.pointer = svg.appendChild(make("path", { class: "pointer", d: "M0-74V-62" }));
    svg.appendChild(make("text", { class: "name", y: -28 })).textContent = this.name;
    this.value = svg.appendChild(make("text", { class: "value", y: 14 }));
    this.aim = svg.appendChild(make("text", { class: "aim", y: 38 }));
    this.rest = svg.appendChild(make("text", { class: "rest", y: 57 }));
    this.root.appendChild(svg);
  }

  // stops: 0 and up, as the hands keep them; aim: a zone, or null for the whole picture, where the knob turns ev and
  // its stops sit on the zone `resting`.
  show(stops, aim, ev, resting) {
    const whole = aim === null || aim === undefined;
    const low = whole ? -4 : 0, high = whole ? 4 : this.stops;
    // clockwise is more of what the knob does: on the whole picture, burn's more is darker
    const at = whole ? (this.sign < 0 ? -ev : ev) : stops;
    if (this.scale !== `${low}${high}`) this.draw(low, high);
    const shown = whole ? ev : this.sign * stops;
    const text = signed(shown);
    if (this.value.textContent !== text) this.value.textContent = text;
    const words = whole ? "whole picture" : "zone " + near(aim);
    if (this.aim.textContent !== words) this.aim.textContent = words;
    const rest = whole && stops ? `${signed(this.sign * stops)} ${near(resting)}` : "";
    if (this.rest.textContent !== rest) this.rest.textContent = rest;
    const angle = (Math.max(low, Math.min(high, at)) - low) / (high - low) * SWEEP - SWEEP / 2;
    const zero = (0 - low) / (high - low) * SWEEP - SWEEP / 2;
    this.fill.setAttribute("d", Math.abs(angle - zero) < 0.3 ? "" : arc(83, Math.min(zero, angle), Math.max(zero, angle)));
    this.pointer.setAttribute("transform", `rotate(${angle.toFixed(2)})`);
    this.svg.setAttribute("aria-valuenow", shown.toFixed(3));
    this.svg.setAttribute("aria-valuetext", `${text} stops, ${words}${rest && `; ${rest} stays`}`);
  }

  draw(low, high) {
    this.scale = `${low}${high}`;
    this.span = high - low;
    this.track.setAttribute("d", arc(83, -SWEEP / 2, SWEEP / 2));
    this.ticks.replaceChildren();
    const each = high - low > 4 ? 3 : 12; // ticks a stop: detents, or thirds where the whole of 8 stops is shown
    for (let i = 0; i <= (high - low) * each; i++) {
      const angle = i / ((high - low) * each) * SWEEP - SWEEP / 2;
      const stop = i % each === 0;
      this.ticks.appendChild(make("path", { class: stop ? "tick stop" : "tick", d: stop ? "M0-92V-104" : "M0-92V-99", transform: `rotate(${angle})` }));
    }
  }

  listen() {
    const root = this.root;
    root.addEventListener("pointerdown", (event) => this.start(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) root.addEventListener(kind, (event) => this.stop(event));
    root.addEventListener("contextmenu", (event) => event.preventDefault());
    root.addEventListener("wheel", (event) => {
      event.preventDefault();
      const step = event.deltaMode === 1 ? 3 : event.deltaMode === 2 ? 1 : 100;
      this.wheel -= (event.deltaY || -event.deltaX) / step;
      const detents = Math.trunc(this.wheel);
      this.wheel -= detents;
      this.hands.turn(this.name, clip(detents));
    }, { passive: false });
  }

  start(event) {
    if (event.button > 0 || this.pointers.size) return;
    event.preventDefault();
    document.activeElement?.blur?.(); // a dial that was touched is not a slider that was chosen: the arrows stay what they are
    this.root.setPointerCapture(event.pointerId);
    const { radius, angle } = this.polar(event);
    const ring = radius > 68 && radius < 112;
    this.pointers.set(event.pointerId, { ring, angle, y: event.clientY, x: event.clientX, turned: 0, sent: 0, dragging: ring });
    if (!ring && radius <= 68) this.push.begin();
    this.root.classList.toggle("pressed", !ring && radius <= 68);
  }

  move(event) {
    const hold = this.pointers.get(event.pointerId);
    if (!hold) return;
    if (hold.ring) {
      const { angle } = this.polar(event);
      let moved = angle - hold.angle;
      moved -= Math.round(moved / 360) * 360;
      hold.angle = angle;
      hold.turned += moved / (SWEEP / (this.span * 12)); // the pointer stays under the finger
    } else {
      if (!hold.dragging && Math.hypot(event.clientX - hold.x, event.clientY - hold.y) < SLACK) return;
      if (!hold.dragging) {
        hold.dragging = true;
        hold.y = event.clientY;
        if (!this.push.held) this.push.cancel();
      }
      // held and turned: the aim walks, so a longer way for each zone
      hold.turned = (hold.y - event.clientY) / (this.push.held ? 2.5 * PIXELS_A_DETENT : PIXELS_A_DETENT);
    }
    const detents = Math.trunc(hold.turned) - hold.sent;
    hold.sent += detents;
    this.hands.turn(this.name, clip(detents));
  }

  stop(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    this.push.end();
    this.root.classList.remove("pressed");
  }

  polar(event) {
    const box = this.svg.getBoundingClientRect();
    const scale = Math.max(220 / box.width, 208 / box.height);
    const x = (event.clientX - box.left - box.width / 2) * scale, y = (event.clientY - box.top - box.height / 2) * scale;
    return { radius: Math.hypot(x, y), angle: Math.atan2(x, -y) * 180 / Math.PI };
  }
}

function signed(stops) { return Math.abs(stops) < 0.005 ? "0" : (stops > 0 ? "+" : "−") + Math.abs(stops).toFixed(2); }
export function near(zone) {
  const whole = Math.round(zone), off = zone - whole;
  return zoneName(zone) + (Math.abs(off) < 0.17 ? "" : off > 0 ? "+" : "−");
}
function clip(detents) { return Math.max(-48, Math.min(48, detents)); }
function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
function arc(radius, from, to) {
  const point = (angle) => `${(radius * Math.sin(angle * Math.PI / 180)).toFixed(2)} ${(-radius * Math.cos(angle * Math.PI / 180)).toFixed(2)}`;
  return `M${point(from)}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 1 ${point(to)}`;
}
