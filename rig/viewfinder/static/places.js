// Where the knobs are aimed: a light ellipse for each, drawn over the picture and moving with what it follows.

const SVG = "http://www.w3.org/2000/svg";

export function drawPlaces(svg, canvas, meters) {
  const box = `0 0 ${canvas.width} ${canvas.height}`; // scaled and centred as the picture is (object-fit: contain)
  if (svg.getAttribute("viewBox") !== box) svg.setAttribute("viewBox", box);
  const places = meters.bare ? [] : meters.places;
  while (svg.childElementCount > places.length) svg.lastChild.remove();
  while (svg.childElementCount < places.length) svg.append(document.createElementNS(SVG, "circle"));
  places.forEach(({ knob, x, y, height }, i) => {
    const circle = svg.children[i], aim = meters[`${knob}_aim`];
    circle.setAttribute("class", aim === null ? `${knob} resting` : knob);
    circle.setAttribute("cx", (x * canvas.width).toFixed(1));
    circle.setAttribute("cy", (y * canvas.height).toFixed(1));
    circle.setAttribute("r", (height * canvas.height / 2).toFixed(1));
  });
}
