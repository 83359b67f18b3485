/** The icon in the browser's tab: the mark, and with a spark on it while an answer is made. As data, so that it asks nothing of a network. */

const HOUSE =
  '<rect width="64" height="64" rx="15" fill="#1d5a45"/>' +
  '<path d="M32 10.5 52 27v25.5a1.5 1.5 0 0 1-1.5 1.5H39V42a7 7 0 0 0-14 0v12H13.5A1.5 1.5 0 0 1 12 52.5V27z" fill="#f7f4ec"/>' +
  '<circle cx="32" cy="44" r="5" fill="#e8742f"/>';
const SPARK = '<circle cx="50" cy="50" r="12.8" fill="#f0955b" stroke="#f7f4ec" stroke-width="3.2"/>';

/** Its address. */
export function tabIcon(busy: boolean): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${HOUSE}${busy ? SPARK : ''}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
