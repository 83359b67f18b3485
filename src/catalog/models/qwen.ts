/** What all models of Alibaba's Qwen team share. */
import type { Maker } from '../entry.ts';

/** The team belongs to Alibaba. */
export const ALIBABA: Maker = { name: 'Alibaba (Qwen)', country: 'CN' };

/** Seen of Qwen3 run on people's own computers. */
export const QWEN_SLANT =
  'Made under China’s rules for AI. Run on people’s own computers, Qwen3 has been seen to leave out or smooth over what is sensitive there, such as Tiananmen Square in 1989. In one comparison it refused such questions far less often than DeepSeek-R1; Chinese models refused more when asked in Chinese.';

/** Where that is documented. */
export const QWEN_SLANT_SOURCES = [
  'https://petewarden.com/2025/05/08/why-the-chinese-government-taught-ai-to-lie/',
  'https://llmcensor.com/findings.html',
] as const;
