export interface Axis {
  label: string;
  min: number;
  max: number;
  /** Logarithmic: every tick ten times the one before. */
  logarithmic?: boolean;
  ticks: readonly number[];
}

export interface Series {
  name: string;
  points: readonly { x: number; y: number; label?: string }[];
}

const COLOURS = ['#3366cc', '#cc3333', '#2e8b57', '#8a5a00'];
const [WIDTH, HEIGHT, PAD] = [640, 360, 52];

/** A line chart as SVG. */
export function plot(title: string, x: Axis, y: Axis, series: readonly Series[]): string {
  const place = (axis: Axis, value: number): number => {
    const scale = axis.logarithmic ? Math.log10 : (v: number): number => v;
    const inside = Math.min(axis.max, Math.max(axis.min, value));
    return (scale(inside) - scale(axis.min)) / (scale(axis.max) - scale(axis.min));
  };
  const across = (value: number): number => PAD + place(x, value) * (WIDTH - 2 * PAD);
  const up = (value: number): number => HEIGHT - PAD - place(y, value) * (HEIGHT - 2 * PAD);
  const text = (at: number, height: number, words: string, colour = '#555', anchor = 'middle'): string =>
    `<text x="${at.toFixed(1)}" y="${height.toFixed(1)}" font-size="12" font-family="sans-serif" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
  const lines = series.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const corners = points.map((p) => `${across(p.x).toFixed(1)},${up(p.y).toFixed(1)}`);
    const dots = corners.map(
      (c) => `<circle cx="${c.split(',')[0]}" cy="${c.split(',')[1]}" r="2.5" fill="${colour}"/>`,
    );
    const labels = points.filter((p) => p.label).map((p) => text(across(p.x), up(p.y) - 7, p.label as string, colour));
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${corners.join(' ')}"/>${dots.join('')}${labels.join('')}${text(WIDTH - PAD, PAD + 16 * i, name, colour, 'end')}`;
  });
  const columns = x.ticks.map((v) => text(across(v), HEIGHT - PAD + 16, String(v)));
  const rows = y.ticks.map((v) => text(PAD - 6, up(v) + 4, String(v), '#555', 'end'));
  const frame = `<path d="M${PAD},${PAD}V${HEIGHT - PAD}H${WIDTH - PAD}" fill="none" stroke="#888"/>`;
  const names = `${text(WIDTH / 2, HEIGHT - 12, x.label)}${text(PAD, PAD - 14, y.label, '#555', 'start')}${text(WIDTH / 2, 18, title, '#222')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><title>${title}</title><rect width="100%" height="100%" fill="#fff"/>${frame}${lines.join('')}${columns.join('')}${rows.join('')}${names}</svg>\n`;
}
