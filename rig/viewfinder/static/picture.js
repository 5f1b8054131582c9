// The picture: reads the stream of JPEGs, draws the newest, and knows how long it took from the knob to the page.

const STALL_MS = 2500;

export class Picture {
  constructor(canvas, clock, onState) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.clock = clock;
    this.onState = onState;
    this.waiting = null;
    this.busy = false;
    this.frames = 0;
    this.heard = performance.now();
    this.figures = { knob: null, age: null };
    this.edge = "-";
    this.told = { print_to_page: [], knob_to_page: [] };
    this.away = document.hidden;
    this.run();
    setInterval(() => this.watch(), 500);
    setInterval(() => this.tell(), 1000);
  }

  leave() {
    this.away = true;
    this.abort?.abort();
  }

  come() {
    this.away = false;
    this.hurry?.();
  }

  async run() {
    let pause = 250;
    for (;;) {
      if (!this.away) {
        try {
          await this.stream();
          pause = 250;
        } catch (error) {
          pause = Math.min(pause * 1.6, 3000);
        }
        this.onState("lost");
      }
      await new Promise((done) => { this.hurry = done; setTimeout(done, this.away ? 60000 : pause); });
    }
  }

  watch() {
    if (this.abort && performance.now() - this.heard > STALL_MS) this.onState("still", performance.now() - this.heard);
  }

  // The rig counts how long prints take to here.
  tell() {
    const { print_to_page, knob_to_page } = this.told;
    if (!print_to_page.length) return;
    this.told = { print_to_page: [], knob_to_page: [] };
    const body = JSON.stringify({ print_to_page: print_to_page.slice(-256), knob_to_page: knob_to_page.slice(-256) });
    fetch("/shown", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
  }

  async stream() {
    this.abort = new AbortController();
    const answer = await fetch("/finder.mjpg", { signal: this.abort.signal, cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    this.heard = performance.now();
    const reader = answer.body.getReader();
    let held = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const joined = new Uint8Array(held.length + value.length);
      joined.set(held);
      joined.set(value, held.length);
      held = this.parts(joined);
    }
  }

  // Take every whole part; give what is left. Only the newest whole one is drawn.
  parts(bytes) {
    let at = 0;
    for (;;) {
      const end = headEnd(bytes, at);
      if (end < 0) break;
      const head = readHead(bytes.subarray(at, end));
      const length = Number(head["content-length"]);
      if (bytes.length < end + 4 + length + 2) break;
      this.waiting = { head, jpeg: bytes.slice(end + 4, end + 4 + length) };
      at = end + 4 + length + 2;
    }
    if (this.waiting && !this.busy) this.draw();
    return bytes.slice(at);
  }

  async draw() {
    this.busy = true;
    while (this.waiting) {
      const { head, jpeg } = this.waiting;
      this.waiting = null;
      try {
        const bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
        if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
          this.canvas.width = bitmap.width;
          this.canvas.height = bitmap.height;
        }
        this.context.drawImage(bitmap, 0, 0);
        bitmap.close();
        this.drawn(head);
      } catch (error) {
        console.warn("finder: a picture could not be drawn", error);
      }
    }
    this.busy = false;
  }

  drawn(head) {
    this.frames += 1;
    this.heard = performance.now();
    this.canvas.dataset.index = head["x-index"];
    this.canvas.dataset.frames = String(this.frames);
    this.clock.notBefore(ms(head["x-shown-ns"])); // no print is drawn before it was made
    const now = this.clock.now();
    if (now !== null) {
      this.figures.age = now - ms(head["x-t-ns"]);
      this.told.print_to_page.push(round(now - ms(head["x-shown-ns"])));
      const edge = head["x-edge-ns"];
      if (edge !== "-" && edge !== this.edge) {
        const took = now - ms(edge);
        if (this.edge !== "-" && took < 2000) {
          this.figures.knob = took;
          this.told.knob_to_page.push(round(took));
        }
        this.edge = edge;
      }
    }
    this.onState("live");
  }
}

function ms(ns) { return Number(BigInt(ns) / 1000n) / 1000; }
function round(number) { return Math.round(Math.max(-1000, Math.min(60000, number)) * 100) / 100; }

function headEnd(bytes, from) {
  const last = Math.min(bytes.length - 3, from + 1024);
  for (let i = from; i < last; i++)
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  return -1;
}

function readHead(bytes) {
  const head = {};
  for (const line of new TextDecoder("latin1").decode(bytes).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) head[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return head;
}

// The rig's clock as the page knows it, in ms: the offset of the quickest of a few answers.
export class RigClock {
  constructor() {
    this.offset = null;
    this.best = Infinity;
  }

  async ask() {
    for (let i = 0; i < 4; i++) {
      try {
        const sent = performance.now();
        const text = await (await fetch("/status", { cache: "no-store" })).text();
        const took = performance.now() - sent;
        const ns = /"now_ns":(\d+)/.exec(text);
        if (ns && took < this.best) {
          this.best = took;
          this.offset = ms(ns[1]) - (sent + took / 2);
        }
      } catch (error) {
        return;
      }
    }
    this.best += 2; // the next round may correct a drift
  }

  // The rig's clock cannot be earlier than that, now: an answer that took long to come back has told it wrong.
  notBefore(ms) {
    if (this.offset !== null) this.offset = Math.max(this.offset, ms - performance.now());
  }

  now() {
    return this.offset === null ? null : performance.now() + this.offset;
  }
}
