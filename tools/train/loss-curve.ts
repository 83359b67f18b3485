/** The loss over the tokens as a picture: SVG by hand, legible on light and on dark. */

/** One line of the trainer's log. */
export interface LossReport {
  readonly tokens: number;
  readonly trainLoss: number;
  readonly heldOutLoss: number;
  readonly seconds: number;
}

const WIDTH = 640;
const HEIGHT = 300;
const MARGIN = { left: 48, right: 16, top: 16, bottom: 40 };

/** The picture. The loss axis is logarithmic: what matters happens at its small end. */
export function lossCurve(log: readonly LossReport[]): string {
  const losses = log.flatMap(({ trainLoss, heldOutLoss }) => [trainLoss, heldOutLoss]);
  const [low, high] = [Math.min(...losses) * 0.9, Math.max(...losses) * 1.05];
  const last = log.at(-1)?.tokens ?? 1;
  const x = (tokens: number): number => MARGIN.left + (tokens / last) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (loss: number): number => {
    const share = Math.log(loss / low) / Math.log(high / low);
    return HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom);
  };
  const line = (pick: (report: LossReport) => number, colour: string): string => {
    const points = log.map((report) => `${x(report.tokens).toFixed(1)},${y(pick(report)).toFixed(1)}`);
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(' ')}"/>`;
  };
  const ticks = [0.2, 0.5, 1, 2, 4, 8].filter((loss) => loss > low && loss < high);
  const grid = ticks.map((loss) => {
    const at = y(loss).toFixed(1);
    return (
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#8888" stroke-width="0.5"/>` +
      `<text x="${MARGIN.left - 8}" y="${at}" dy="0.35em" text-anchor="end">${loss}</text>`
    );
  });
  const millions = (last / 1e6).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#7a7f79">
<title>Loss from ${losses[0]} to ${log.at(-1)?.trainLoss} in training and ${log.at(-1)?.heldOutLoss} held out, over ${millions} million tokens</title>
${grid.join('\n')}
${line(({ trainLoss }) => trainLoss, '#bd4f1b')}
${line(({ heldOutLoss }) => heldOutLoss, '#2f8f6d')}
<text x="${MARGIN.left}" y="${HEIGHT - 10}">0</text>
<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 10}" text-anchor="end">${millions} million tokens</text>
<text x="${WIDTH / 2}" y="${HEIGHT - 10}" text-anchor="middle"><tspan fill="#bd4f1b">training</tspan> · <tspan fill="#2f8f6d">held out</tspan></text>
</svg>
`;
}
