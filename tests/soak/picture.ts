import { type Curve, CURVES, type Sample } from "./curves.ts";

const WIDTH = 900;
const HEIGHT = 110;
const LEFT = 90;
const TOP = 34;

/** Draws the curves as SVG, one below the other over the same minutes. */
export function pictureOf(samples: readonly Sample[]): string {
  const seconds = samples.at(-1)?.seconds ?? 1;
  const panels = Object.entries<Curve>(CURVES).map(([key, { name, unit }], i) => {
    const values = samples.map((sample) => sample[key as keyof typeof CURVES]);
    const most = Math.max(...values, 1);
    const points = samples.map((sample, at) => {
      const x = LEFT + (sample.seconds / seconds) * (WIDTH - LEFT - 20);
      const y = TOP + (1 - (values[at] ?? 0) / most) * (HEIGHT - TOP - 8);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    const bottom = HEIGHT - 8;
    return `<g transform="translate(0 ${i * HEIGHT})">
  <text x="${LEFT}" y="22">${name}</text>
  <text x="${LEFT - 8}" y="${TOP + 8}" text-anchor="end">${
      most.toLocaleString("en", { maximumFractionDigits: 1 })
    } ${unit}</text>
  <text x="${LEFT - 8}" y="${bottom}" text-anchor="end">0</text>
  <path d="M${LEFT} ${TOP}V${bottom}H${WIDTH - 20}" fill="none" stroke="#999"/>
  <polyline points="${points.join(" ")}" fill="none" stroke="#2563eb" stroke-width="1.5"/>
</g>`;
  });
  const height = panels.length * HEIGHT + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${panels.join("\n")}
<text x="${LEFT}" y="${height - 10}">0</text>
<text x="${WIDTH - 20}" y="${height - 10}" text-anchor="end">${(seconds / 60).toFixed(1)} minutes</text>
</svg>
`;
}
