/** The tokens of `maths.ts` → nodes of the tree. Knows nothing of TeX. */
import type { Literal } from 'mdast';
import type { Extension as TreeExtension } from 'mdast-util-from-markdown';

/** Maths in a tree. `value` is TeX. */
interface Maths extends Literal {
  type: 'maths';
  /** Whether it stands on lines of its own. */
  display: boolean;
  /** Whether its closing mark is there. */
  closed: boolean;
}

declare module 'mdast' {
  interface RootContentMap {
    maths: Maths;
  }
  interface PhrasingContentMap {
    maths: Maths;
  }
}

/** Makes `Maths` of the syntax's tokens. */
export function mathsTree(): TreeExtension {
  const enter = (type: 'mathsBlock' | 'mathsText'): NonNullable<TreeExtension['enter']>[string] =>
    function (token) {
      const display = /^(\$\$|\\\[)/.test(this.sliceSerialize(token));
      this.enter({ type: 'maths', display, closed: type === 'mathsText', value: '' }, token);
      this.buffer();
    };
  const exit: NonNullable<TreeExtension['exit']>[string] = function (token) {
    const value = this.resume().trim();
    const node = this.stack.at(-1);
    if (node?.type === 'maths') node.value = value;
    this.exit(token);
  };
  return {
    enter: {
      mathsBlock: enter('mathsBlock'),
      mathsText: enter('mathsText'),
      mathsData(token) {
        this.config.enter['data']?.call(this, token);
      },
    },
    exit: {
      mathsBlock: exit,
      mathsText: exit,
      mathsData(token) {
        this.config.exit['data']?.call(this, token);
      },
      mathsClosingMark() {
        // Under the buffer that takes the value lies the node.
        const node = this.stack.at(-2);
        if (node?.type === 'maths') node.closed = true;
      },
    },
  };
}
