/** The PDF worker: pdf.js's own. As a module of ours it is built into a `.js` file, which every server gives the right type. */
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
