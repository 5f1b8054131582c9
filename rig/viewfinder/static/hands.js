// The hands: what fingers, wheel and keys do, sent in order as raw turns and presses. The rig knows the grammar, not the page.

export const HOLD_MS = 250;

export class Hands {
  constructor(onTrouble) {
    this.queue = [];
    this.sending = false;
    this.down = new Set();
    this.onTrouble = onTrouble;
    const release = () => this.releaseAll();
    addEventListener("pagehide", release);
    addEventListener("blur", release);
    document.addEventListener("visibilitychange", () => document.hidden && this.releaseAll());
  }

  turn(knob, detents, at) { if (detents) this.put({ kind: "turn", knob, detents }, at); }
  soul(position) { this.put({ kind: "soul", position }); }
  tap() { this.put({ kind: "tap" }); }
  undo() { this.put({ kind: "undo" }); }
  redo() { this.put({ kind: "redo" }); }
  lock(on) { this.put({ kind: "lock", on }); }

  press(control, down, at) {
    if (this.down.has(control) === down) return;
    if (down) this.down.add(control); else this.down.delete(control);
    this.put({ kind: "press", control, down }, at);
  }

  releaseAll() {
    for (const control of [...this.down]) this.press(control, false);
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
    while (this.queue.length) {
      const batch = this.queue.splice(0, 64);
      const now = performance.now();
      const body = JSON.stringify(batch.map(({ event, at }) => ({ ...event, age_ms: Math.max(0, Math.round((now - at) * 10) / 10) })));
      try {
        const answer = await fetch("/hands", { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive: true });
        if (!answer.ok) this.onTrouble((await answer.json()).error);
      } catch (error) {
        this.onTrouble("the rig does not answer");
      }
    }
    this.sending = false;
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

  begin() {
    this.since = performance.now();
    this.held = false;
    Push.waiting.add(this);
    if (Push.waiting.size > 1) for (const push of [...Push.waiting]) push.commit();
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
    this.commit();
    this.cancel();
  }
}
