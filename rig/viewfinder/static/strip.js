// The test strip: the picture in bands of the knob turned last. The band that is chosen is a turn like any other.

export class TestStrip {
  constructor(root, canvas, rig) {
    Object.assign(this, { root, canvas, rig });
    this.asked = 0;
    this.open = false;
    new ResizeObserver(() => this.open && this.fit()).observe(canvas);
  }

  toggle() {
    if (this.open || this.busy) this.close();
    else this.show();
  }

  async show() {
    if (this.rig.meters?.locked) return this.rig.say("locked: X or the lock button frees the knobs");
    const asked = ++this.asked;
    this.busy = true;
    try {
      const answer = await fetch("/strip.jpg", { cache: "no-store" });
      if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.error ?? `the rig answers ${answer.status}`);
      const bands = JSON.parse(answer.headers.get("X-Strip")), picture = await createImageBitmap(await answer.blob());
      if (asked === this.asked) this.draw(bands, picture);
    } catch (error) {
      if (asked === this.asked) this.rig.say(error instanceof TypeError ? "the rig does not answer" : error.message);
    }
    if (asked === this.asked) this.busy = false;
  }

  draw(bands, picture) {
    this.bands = bands;
    this.aspect = picture.width / picture.height;
    const paper = document.createElement("canvas");
    paper.width = picture.width;
    paper.height = picture.height;
    paper.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    const row = document.createElement("div");
    row.append(...bands.labels.map((label, i) => this.band(label, i)));
    const caption = document.createElement("b");
    caption.textContent = `${bands.of === "exposure.ev" ? "whole picture" : bands.knob}: choose a band`;
    this.root.replaceChildren(paper, row, caption);
    this.root.hidden = false;
    this.open = true;
    this.fit();
    this.pressed(true);
  }

  band(label, i) {
    const button = document.createElement("button"), words = document.createElement("span");
    button.type = "button";
    words.textContent = label;
    button.setAttribute("aria-label", `${this.bands.knob} ${label} stops`);
    button.setAttribute("aria-current", String(i === this.bands.at));
    button.append(words);
    button.addEventListener("click", () => this.choose(this.bands.values[i]));
    return button;
  }

  // From where the knob is now, which another hand may have turned meanwhile, to the band's value: whole detents.
  choose(value) {
    const { knob, of } = this.bands, m = this.rig.meters;
    this.close();
    const whole = of === "exposure.ev", aim = m[`${knob}_aim`];
    if (whole !== (aim === null)) return this.rig.say(`${knob} is aimed elsewhere now: no band was taken`);
    const now = whole ? m.ev : m[`${knob}_stops`];
    const detents = Math.round((value - now) * 12) * (whole && knob === "burn" ? -1 : 1);
    this.rig.hands.turn(knob, detents);
  }

  close() {
    this.asked += 1;
    this.busy = this.open = false;
    this.root.hidden = true;
    this.root.replaceChildren();
    this.pressed(false);
  }

  // Over the picture, wherever that lies on its stage.
  fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const across = Math.min(width, height * this.aspect);
    Object.assign(this.root.style, { width: `${across}px`, height: `${across / this.aspect}px` });
  }

  pressed(on) {
    document.getElementById("teststrip").setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("stripping", on);
  }
}
