/** Hands a file to the browser to save. Nothing leaves the device: the bytes go from the page to its disk. */

/** The link may be followed a moment after the click. */
const KEEP_MS = 60_000;

/** Saves a file under its name, as the browser saves downloads. */
export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, KEEP_MS);
}
