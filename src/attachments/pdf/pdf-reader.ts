/** What reading PDF files takes from the place where it runs. */

/** A started worker of pdf.js. */
interface PdfWorkerLink {
  /** Where pdf.js talks to its worker; `null` where it runs beside its caller, as it does in Node. */
  readonly port: MessagePort | null;
  /** Rejects when the worker dies by itself; never resolves. */
  readonly death: Promise<never>;
  /** Ends it, whatever it does. */
  end(): void;
}

/** The worker and the files of pdf.js. */
export interface PdfReader {
  start(): Promise<PdfWorkerLink>;
  /** The bytes of a predefined CMap, by the name of its file: `UniGB-UCS2-H.bcmap`. */
  characterMap(fileName: string): Promise<Uint8Array>;
}
