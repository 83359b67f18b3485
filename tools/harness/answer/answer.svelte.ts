/**
 * The site's answer in a page of its own, which never ships and has no policy that would stop anything: a test streams
 * hostile text through it and looks at every step for what must never be in a page.
 */
import { flushSync, mount, unmount } from 'svelte';
import Prose from '../../../src/components/Prose.svelte';

const SAFE_ELEMENTS = new Set(
  (
    'article div p span code pre em strong del br hr blockquote ul ol li table thead tbody tr th td h1 h2 h3 h4 h5 h6 sup button ' +
    'input dialog svg path g line math semantics annotation mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot ' +
    'mtable mtr mtd mstyle mover munder munderover mpadded mphantom menclose mglyph merror mlabeledtr mprescripts mmultiscripts'
  ).split(' '),
);
const SAFE_ATTRIBUTES =
  /^(class|dir|role|tabindex|title|start|disabled|checked|type|scope|aria-[a-z]+|data-footnote(-call)?|id|open|viewBox|d|width|height|preserveAspectRatio|xmlns|display|encoding|style|mathcolor|mathbackground|mathvariant|mathsize|stretchy|fence|separator|lspace|rspace|accent|accentunder|linethickness|minsize|maxsize|columnalign|columnspacing|columnlines|rowspacing|rowlines|rowalign|scriptlevel|displaystyle|depth|voffset|notation|largeop|movablelimits|symmetric|side|frame|x1|x2|y1|y2|stroke-width|linebreak)$/;

/** What is in the page and must not be. */
function findOffences(root: HTMLElement): string[] {
  const offences: string[] = [];
  for (const element of root.querySelectorAll('*')) {
    if (!SAFE_ELEMENTS.has(element.localName)) offences.push(`<${element.localName}>`);
    for (const { name, value } of element.attributes) {
      if (!SAFE_ATTRIBUTES.test(name)) offences.push(`${element.localName}[${name}=${value}]`);
      if (name === 'style' && /url|image|expression|import|@|\\/i.test(value)) offences.push(`style=${value}`);
    }
  }
  return offences;
}

/** Opens each link's dialog and returns the addresses that are shown there. */
async function addresses(root: HTMLElement): Promise<string[]> {
  const shown: string[] = [];
  for (const link of root.querySelectorAll<HTMLElement>('[role=link]')) {
    link.click();
    flushSync();
    const dialog = root.querySelector('dialog')!;
    shown.push(dialog.querySelector('.address')!.textContent);
    const cancel = [...dialog.querySelectorAll('button')].find(({ textContent }) => textContent === 'Cancel')!;
    cancel.click();
    flushSync();
    await Promise.resolve();
  }
  return shown;
}

/** Streams each answer in steps of 1 to 4 characters; offences at any step, and what its links would open. */
async function streamAnswers(answers: readonly string[]): Promise<{ offences: string[]; addresses: string[] }[]> {
  const results = [];
  for (const answer of answers) {
    const target = document.body.appendChild(document.createElement('article'));
    const props = $state({ text: '', streaming: true });
    const prose = mount(Prose, { target, props });
    let offences: string[] = [];
    const look = () => {
      flushSync();
      offences = [...offences, ...findOffences(target)];
    };
    for (let end = 0, step = 1; end < answer.length; step = (step % 4) + 1) {
      end += step;
      props.text = answer.slice(0, end);
      look();
    }
    props.streaming = false;
    look();
    // Colours and formulas come a moment later.
    await new Promise((resolve) => setTimeout(resolve));
    look();
    results.push({ offences, addresses: await addresses(target) });
    await unmount(prose);
    target.remove();
  }
  return results;
}

/** How the test reaches the page. */
export type StreamAnswers = typeof streamAnswers;

Object.assign(globalThis, { streamAnswers });
