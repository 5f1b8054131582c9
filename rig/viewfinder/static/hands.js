// The hands: what fingers, wheel and keys do, sent in order as raw turns and presses. The rig knows the grammar, not the page.

export const HOLD_MS = 250;
const KNOBS = ["dodge", "burn"];
const RETRY_MS = [100, 500];
const MOST_LATE_MS = 5000; // what could not be sent by then is forgotten: a turn of the last minute is nobody's wish now

export class Hands {
  // onMove: told of every turn, tap, undo, redo, keep and place, before it is sent
  constructor(onTrouble, onMove) {
    this.page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.queue = [];
    this.sending = false;
    this.down = new Set();
    this.onTrouble = onTrouble;
    this.onMove = onMove;
    const release = () => this.releaseAll();
    addEventListener("pagehide", release);
    addEventListener("blur", release);
    document.addEventListener("visibilitychange", () => document.hidden && this.releaseAll());
  }

  turn(knob, detents) {
    if (!detents) return;
    Push.commitAll(knob); // a push that waits to be told from a drag came first, and this is hold and turn
    this.onMove();
    this.put({ kind: "turn", knob, detents });
  }

  soul(position) { this.put({ kind: "soul", position }); }
  tap() { this.put({ kind: "tap" }); }
  undo() { this.onMove(); this.put({ kind: "undo" }); }
  redo() { this.onMove(); this.put({ kind: "redo" }); }
  lock(on) { this.put({ kind: "lock", on }); }
  keep() { this.onMove(); this.put({ kind: "keep" }); }
  place(zone) { this.onMove(); this.put({ kind: "place", zone }); }

  press(control, down, at) {
    if (this.down.has(control) === down) return;
    if (down) this.down.add(control); else this.down.delete(control);
    this.put({ kind: "press", control, down }, at);
  }

  releaseAll() {
    for (const push of [...Push.waiting]) push.cancel();
    for (const control of [...this.down]) this.press(control, false);
  }

  // Say what is down and what is not: the rig takes what it knows already for nothing. A record button that is still
  // down is left out, as a rig that has let go of it would take it for a second press.
  sync() {
    for (const control of [...KNOBS, "record"]) {
      const down = this.down.has(control);
      if (!down || control !== "record") this.put({ kind: "press", control, down });
    }
  }

  put(event, at = performance.now()) {
    const last = this.queue[this.queue.length - 1];
    if (event.kind === "turn" && last?.event.kind === "turn" && last.event.knob === event.knob
        && Math.abs(last.event.detents + event.detents) <= 48 && last.event.detents * event.detents > 0) {
      last.event.detents += event.detents;
      last.at = at;
    } else {
      this.queue.push({ event, at });
    }
    if (!this.sending) this.send();
  }

  async send() {
    this.sending = true;
    let pause = RETRY_MS[0];
    while (this.queue.length) {
      this.forget();
      const batch = this.queue.splice(0, 64);
      try {
        const answer = await this.post(batch);
        pause = RETRY_MS[0];
        if (!answer.ok) this.onTrouble((await answer.json().catch(() => null))?.error ?? `the rig answers ${answer.status}`);
      } catch (error) {
        this.onTrouble("the rig does not answer");
        this.queue.unshift(...batch);
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(pause * 1.6, RETRY_MS[1]);
      }
    }
    this.sending = false;
  }

  post(batch) {
    const now = performance.now();
    const body = JSON.stringify(batch.map(({ event, at }) => ({ ...event, age_ms: Math.max(0, Math.round((now - at) * 10) / 10) })));
    const headers = { "Content-Type": "application/json", "X-Page": this.page };
    return fetch("/hands", { method: "POST", headers, body, keepalive: true });
  }

  forget() {
    const now = performance.now(), kept = this.queue.filter(({ at }) => now - at < MOST_LATE_MS);
    if (kept.length === this.queue.length) return;
    this.queue = kept;
    this.sync(); // a press or its release may be among what was forgotten
  }
}

// A push button under a finger or a key: a tap is sent when it is over, with its own times, so that a finger that
// starts to drag never pressed. A hold is sent the moment it is one. Two pressed at once are both sent at once.
export class Push {
  static waiting = new Set();

  constructor(hands, control) {
    this.hands = hands;
    this.control = control;
    this.since = null;
    this.held = false;
  }

  static commitAll(control) {
    for (const push of [...Push.waiting]) if (!control || push.control === control) push.commit();
  }

  begin() {
    this.since = performance.now();
    this.held = false;
    Push.waiting.add(this);
    if (Push.waiting.size > 1) Push.commitAll();
    else this.timer = setTimeout(() => this.commit(), HOLD_MS);
  }

  commit() {
    clearTimeout(this.timer);
    Push.waiting.delete(this);
    if (this.since === null || this.held) return;
    this.held = true;
    this.hands.press(this.control, true, this.since);
  }

  cancel() { // it was a drag
    clearTimeout(this.timer);
    Push.waiting.delete(this);
    if (this.held) this.hands.press(this.control, false);
    this.since = null;
    this.held = false;
  }

  end() {
    if (this.since === null) return;
    if (!this.held) this.hands.onMove();
    this.commit();
    this.cancel();
  }
}
