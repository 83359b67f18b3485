/**
 * Knows chats that are here already, by what is in them: ids are new at each import. A chat is known if it began at the same
 * moment as one that is here, which has each of its messages in its place, from the same moment. So one that was
 * continued, renamed or filed here since is known too, and one that was continued elsewhere comes as another chat.
 */
import type { Message } from '../chat.ts';
import type { WholeChat } from '../whole-chat.ts';

/** The chats that are here. */
export class KnownChats {
  /** A number for each different beginning of a branch, by the number of what is before and the message at its end. */
  readonly #numbers = new Map<string, number>();

  constructor(chats: Iterable<WholeChat>) {
    for (const whole of chats) this.#visit(whole, (key) => this.#numberOf(key));
  }

  /** Whether a chat is here. */
  has(whole: WholeChat): boolean {
    return this.#visit(whole, (key) => this.#numbers.get(key));
  }

  #numberOf(key: string): number {
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }

  /** Goes through a chat, each message after what it follows; false once `number` gives none. */
  #visit({ chat, messages }: WholeChat, number: (key: string) => number | undefined): boolean {
    const children = new Map<string | null, Message[]>();
    for (const message of messages) {
      const siblings = children.get(message.parentId);
      if (siblings === undefined) children.set(message.parentId, [message]);
      else siblings.push(message);
    }
    const root = number(JSON.stringify([chat.createdAt]));
    if (root === undefined) return false;
    const walk: { readonly id: string | null; readonly number: number }[] = [{ id: null, number: root }];
    for (const above of walk) {
      for (const { id, role, createdAt, content, thinking } of children.get(above.id) ?? []) {
        const own = number(JSON.stringify([above.number, role, createdAt, content, thinking?.text ?? null]));
        if (own === undefined) return false;
        walk.push({ id, number: own });
      }
    }
    return true;
  }
}
