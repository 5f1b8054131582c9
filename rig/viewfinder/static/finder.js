// The page: ties the picture, the hands and the meters together. Whatever it shows, the rig said.

import { Dial, near, zoneName } from "./dial.js";
import { Hands } from "./hands.js";
import { listenToKeys } from "./keys.js";
import { Picture, RigClock } from "./picture.js";
import { drawPlaces } from "./places.js";
import { TestStrip } from "./strip.js";

const $ = (id) => document.getElementById(id);
const text = (element, words) => { if (element.textContent !== words) element.textContent = words; };

class Rig {
  constructor() {
    this.meters = null;
    this.clock = new RigClock();
    this.clock.ask();
    setInterval(() => document.hidden || this.clock.ask(), 30000);
    this.hands = new Hands((line) => this.say(line), () => this.meters?.locked && this.say("locked: X or the lock button frees the knobs"));
    this.dials = { dodge: new Dial($("dodge"), this.hands, "dodge", 2, 1), burn: new Dial($("burn"), this.hands, "burn", 3, -1) };
    this.strip = new TestStrip($("strip"), $("print"), this);
    this.buildZones();
    this.buildPlacing();
    this.buttons();
    listenToKeys(this.hands, this);
    this.states = { picture: "lost", events: "lost" };
    this.picture = new Picture($("print"), this.clock, (state, ms) => this.pictureState(state, ms));
    this.listen();
    // A browser opens six connections to one host and no more, over all its tabs: one that nobody sees takes none.
    const away = () => { this.events.close(); this.picture.leave(); };
    addEventListener("pagehide", away);
    addEventListener("pageshow", (event) => event.persisted && this.back());
    document.addEventListener("visibilitychange", () => document.hidden ? away() : this.back());
  }

  back() {
    this.picture.come();
    this.listen();
  }

  listen() {
    clearTimeout(this.again);
    this.events?.close();
    this.events = new EventSource(`/events?page=${this.hands.page}`);
    this.events.addEventListener("hello", (event) => {
      this.taps = JSON.parse(event.data).taps;
      this.states.events = "live";
      this.linked();
      this.hands.sync(); // a rig that lost sight of this page let go of what it holds
      if (this.clock.offset === null) this.clock.ask();
    });
    this.events.addEventListener("meters", (event) => this.show(JSON.parse(event.data)));
    this.events.addEventListener("beat", () => this.thump());
    this.events.onerror = () => {
      this.states.events = "lost";
      this.linked();
      // a browser gives up for good on an answer that is no event stream: ask again ourselves
      if (this.events.readyState === EventSource.CLOSED && !document.hidden) this.again = setTimeout(() => this.listen(), 1500);
    };
  }

  pictureState(state, ms) {
    this.states.picture = state;
    if (state === "still") text($("lost").firstElementChild, `no picture for ${Math.round(ms / 1000)} s`);
    this.linked();
  }

  linked() {
    const { picture, events } = this.states;
    if (picture === "lost" || events === "lost") text($("lost").firstElementChild, "reconnecting");
    document.body.classList.toggle("lost", picture !== "live" || events === "lost");
  }

  show(m) {
    this.meters = m;
    document.body.classList.toggle("recording", m.recording);
    document.body.classList.toggle("bare", m.bare);
    document.body.classList.toggle("locked", m.locked);
    this.dials.dodge.show(m.dodge_stops, m.dodge_aim, m.ev, m.dodge_zone);
    this.dials.burn.show(m.burn_stops, m.burn_aim, m.ev, m.burn_zone);
    this.pulse(m);
    this.zones(m);
    this.take(m);
    for (const button of $("soul").querySelectorAll("button")) button.setAttribute("aria-checked", String(button.dataset.soul === m.soul));
    $("lock").setAttribute("aria-pressed", String(m.locked));
    $("undo").classList.toggle("spent", !m.can_undo);
    $("redo").classList.toggle("spent", !m.can_redo);
    this.routes(m);
    drawPlaces($("places"), $("print"), m);
    $("keep").dataset.kept = m.kept || "";
    $("place").dataset.placed = m.place_zone === null ? "" : `${near(m.place_spot)} on ${near(m.place_zone)}`;
    text($("details"), [m.engine && `printed by ${m.engine}`, m.look_name && `look ${m.look_name}`].filter(Boolean).join("  ·  "));
    text($("fault"), m.faults.length ? m.faults[m.faults.length - 1] + (m.faults.length > 1 ? ` (and ${m.faults.length - 1} more)` : "") : "");
    if (m.message !== this.said) { this.said = m.message; this.say(m.message); }
    const { knob, age } = this.picture.figures;
    const parts = [`${m.rate_hz.toFixed(m.rate_hz < 10 ? 1 : 0)} frames/s`, `print ${m.frame_ms.toFixed(1)} ms`];
    if (age !== null) parts.push(`page ${Math.max(0, Math.round(age))} ms`);
    if (knob !== null) parts.push(`knob ${Math.max(0, Math.round(knob))} ms`);
    if (m.dropped) parts.push(`${m.dropped} dropped`);
    if (m.quality) parts.push(m.quality);
    const left = $("stage").clientWidth >= 460 ? /^$/ : m.quality ? /^(print|page|knob)/ : /^print/; // out where it is narrow
    text($("figures"), parts.filter((part) => !left.test(part)).join("  ·  "));
  }

  pulse(m) {
    $("pulse").classList.toggle("off", m.pulse_off);
    const known = m.heart_rate_bpm !== null;
    $("heart").classList.toggle("known", known);
    text($("bpm"), known ? String(Math.round(m.heart_rate_bpm)) : "—");
    const arousal = $("arousal"), unknown = m.arousal === null;
    arousal.classList.toggle("unknown", unknown);
    arousal.querySelector("u").style.transform = `scaleX(${unknown ? 0 : Math.max(0, Math.min(1, m.arousal))})`;
    const narrow = arousal.clientWidth < 190;
    text(arousal.querySelector("span"), unknown ? "arousal unknown" : narrow ? "arousal" : "arousal against your baseline");
    if (unknown) arousal.removeAttribute("aria-valuenow"); else arousal.setAttribute("aria-valuenow", m.arousal.toFixed(2));
    drawWave($("wave"), m.pulse_wave, known ? 0.35 + 0.65 * m.sqi : 0.3, this.taps);
  }

  thump() {
    const heart = $("heart");
    heart.classList.remove("beat");
    void heart.getBoundingClientRect();
    heart.classList.add("beat");
    heart.dataset.beats = String(Number(heart.dataset.beats || 0) + 1);
  }

  buildZones() {
    const list = $("zones").querySelector("ol");
    for (let zone = 0; zone <= 10; zone++) {
      const item = document.createElement("li");
      greyOf(item, zone);
      item.append(document.createElement("i"), document.createElement("b"));
      item.lastChild.textContent = zoneName(zone);
      list.append(item);
    }
    for (const id of ["dodgeaim", "burnaim"]) $(id).append(document.createElement("span"));
  }

  zones(m) {
    const most = Math.max(0.12, ...m.zones);
    $("zones").querySelectorAll("li i").forEach((bar, zone) => { bar.style.transform = `scaleY(${((m.zones[zone] || 0) / most).toFixed(3)})`; });
    for (const [id, aim] of [["dodgeaim", m.dodge_aim], ["burnaim", m.burn_aim]]) {
      $(id).classList.toggle("whole", aim === null);
      if (aim !== null) $(id).firstChild.style.transform = `translateX(${(aim * 100).toFixed(1)}%)`;
    }
  }

  take(m) {
    const seconds = Math.floor(m.take_seconds);
    text($("takestate"), m.recording ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "ready");
    const left = m.minutes_left;
    text($("room"), left === null ? "" : left >= 90 ? `room for ${(left / 60).toFixed(left < 600 ? 1 : 0)} h` : `room for ${Math.floor(left)} min`);
    $("record").setAttribute("aria-pressed", String(m.recording));
    $("yourprint").hidden = !m.sheet_ready;
  }

  routes(m) {
    const lines = m.routes.map(([name, value, unit]) => {
      const still = Math.abs(value) < 0.005;
      return { name, still, value: still ? "0" : (value > 0 ? "+" : "−") + Math.abs(value).toFixed(Math.abs(value) < 1 ? 2 : 1), unit };
    });
    const key = JSON.stringify(lines);
    if (key === this.routed) return;
    this.routed = key;
    $("routes").replaceChildren(...(lines.length ? lines.map(routeLine) : [document.createTextNode(m.soul === "off" ? "soul off: nothing bends the print" : "nothing bends the print")]));
  }

  buttons() {
    const record = $("record");
    const down = (on) => { record.classList.toggle("down", on); this.hands.press("record", on); };
    record.addEventListener("pointerdown", (event) => { if (event.button === 0) { record.setPointerCapture(event.pointerId); down(true); } });
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) record.addEventListener(kind, () => down(false));
    // A button that was touched keeps no focus, or the space bar would press it again; one chosen by Tab does.
    // The blur comes before the act: a dialog gives the focus back to what had it.
    const click = (id, act) => $(id).addEventListener("click", (event) => { if (event.detail) $(id).blur(); act(event); });
    click("record", (event) => { if (event.detail === 0) { down(true); down(false); } }); // Enter or a screen reader
    click("yourprint", () => {});
    click("undo", () => this.hands.undo());
    click("redo", () => this.hands.redo());
    click("lock", () => this.hands.lock(!this.meters?.locked));
    click("help", () => $("keys").showModal());
    click("teststrip", () => this.strip.toggle());
    click("keep", () => this.hands.keep());
    click("place", () => this.choosePlace());
    $("heart").addEventListener("pointerdown", (event) => { event.preventDefault(); this.beat(); });
    $("heart").addEventListener("click", (event) => { if (event.detail === 0) this.beat(); });
    for (const button of $("soul").querySelectorAll("button"))
      button.addEventListener("click", (event) => { this.hands.soul(button.dataset.soul); if (event.detail) button.blur(); });
  }

  beat() {
    if (this.taps) this.hands.tap();
    else this.say("the pulse comes from the sensor: beats are not tapped");
  }

  buildPlacing() {
    const list = $("zonechoice").querySelector("ol");
    for (let zone = 0; zone <= 10; zone++) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = zoneName(zone);
      button.dataset.zone = zone;
      greyOf(button, zone);
      button.addEventListener("click", () => { $("zonechoice").close(); this.hands.place(zone); });
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
  }

  choosePlace() {
    if (this.meters?.locked) return this.say("locked: X or the lock button frees the knobs");
    const spot = this.meters?.spot_zone, placed = this.meters?.place_zone;
    for (const button of $("zonechoice").querySelectorAll("ol button")) {
      const is = (zone) => typeof zone === "number" && Math.round(zone) === Number(button.dataset.zone);
      button.setAttribute("aria-current", String(is(spot)));
      button.dataset.mark = [is(spot) && "spot", is(placed) && "placed"].filter(Boolean).join(", ");
    }
    this.strip.close();
    $("zonechoice").showModal();
    $("zonechoice").querySelector("[aria-current=true]")?.focus();
  }

  openSheet() {
    if (this.meters?.sheet_ready) window.open("/sheet.png", "_blank", "noopener");
    else this.say("your print is ready after a minute of shooting");
  }

  say(line) {
    text($("message"), line || "");
    clearTimeout(this.quiet);
    if (line) this.quiet = setTimeout(() => text($("message"), ""), 6000);
  }
}

function greyOf(element, zone) {
  const code = Math.round(25.5 * zone); // the greys of a printed zone scale: even steps, so that each can be told
  element.style.background = `rgb(${code}, ${code}, ${code})`;
  element.classList.toggle("pale", zone > 4);
}

function routeLine({ name, still, value, unit }) {
  const line = document.createElement("span"), number = document.createElement("b");
  line.classList.toggle("still", still);
  number.textContent = value;
  line.append(name, number, unit);
  return line;
}

function drawWave(canvas, wave, strength, taps) {
  const width = Math.round(canvas.clientWidth * devicePixelRatio), height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (!width || !height) return;
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  pen.lineWidth = 2 * devicePixelRatio;
  pen.lineJoin = "round";
  pen.strokeStyle = "#ff5a3d";
  pen.globalAlpha = strength;
  pen.beginPath();
  if (wave.length < 2) {
    pen.strokeStyle = "#c9b3a2";
    pen.setLineDash([6 * devicePixelRatio, 6 * devicePixelRatio]);
    pen.moveTo(0, height / 2);
    pen.lineTo(width, height / 2);
  }
  const edge = 3 * devicePixelRatio;
  wave.forEach((value, i) => {
    const x = i / (wave.length - 1) * width, y = height - edge - Math.max(0, Math.min(1, value)) * (height - 2 * edge);
    if (i) pen.lineTo(x, y); else pen.moveTo(x, y);
  });
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

window.rig = new Rig();
