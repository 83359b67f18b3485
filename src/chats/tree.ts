/** The messages of one chat as the tree that they are. Immutable: every change gives another tree. */
import type { Message } from './chat.ts';

/** Messages by id, each under the one that it follows. A message whose parent is missing stands at the beginning. */
export class MessageTree {
  readonly #byId: ReadonlyMap<string, Message>;
  /** Children of each message, oldest first; those of `null` begin the chat. */
  readonly #children: ReadonlyMap<string | null, readonly Message[]>;

  constructor(messages: Iterable<Message> = []) {
    const byId = new Map<string, Message>();
    for (const message of messages) byId.set(message.id, message);
    const children = new Map<string | null, Message[]>();
    // Equal times keep the order in which messages were given.
    for (const message of [...byId.values()].sort((a, b) => a.createdAt - b.createdAt)) {
      const parentId = message.parentId !== null && byId.has(message.parentId) ? message.parentId : null;
      const siblings = children.get(parentId);
      if (siblings) siblings.push(message);
      else children.set(parentId, [message]);
    }
    this.#byId = byId;
    this.#children = children;
  }

  get size(): number {
    return this.#byId.size;
  }

  get messages(): Iterable<Message> {
    return this.#byId.values();
  }

  get(id: string): Message | undefined {
    return this.#byId.get(id);
  }

  /** From the beginning to `leafId`, both included; empty for `null` and for an id that is not there. */
  path(leafId: string | null): Message[] {
    const path: Message[] = [];
    const seen = new Set<string>();
    for (let at = leafId === null ? undefined : this.#byId.get(leafId); at !== undefined && !seen.has(at.id);) {
      seen.add(at.id);
      path.push(at);
      at = at.parentId === null ? undefined : this.#byId.get(at.parentId);
    }
    return path.reverse();
  }

  /** The messages that stand where `id` stands, itself included, oldest first. */
  siblings(id: string): readonly Message[] {
    const message = this.#byId.get(id);
    if (message === undefined) return [];
    const parentId = message.parentId !== null && this.#byId.has(message.parentId) ? message.parentId : null;
    return this.#children.get(parentId) ?? [];
  }

  /** The end of the branch through `id` that was begun last; of the whole chat for `null`, and `null` if it is empty. */
  newestLeaf(id: string | null): string | null {
    let leafId = id;
    for (
      let child = this.#children.get(id)?.at(-1);
      child !== undefined;
      child = this.#children.get(child.id)?.at(-1)
    ) {
      leafId = child.id;
    }
    return leafId;
  }

  /** The end of the branch to show once the one through `id` is gone: of the one before it, else behind it, else above. */
  leafBeside(id: string): string | null {
    const beside = this.siblings(id);
    const at = beside.findIndex((message) => message.id === id);
    const near = beside[at === 0 ? 1 : at - 1];
    return near === undefined ? (this.#byId.get(id)?.parentId ?? null) : this.newestLeaf(near.id);
  }

  /** `id` and everything that follows from it. */
  branch(id: string): Message[] {
    const root = this.#byId.get(id);
    const branch = root === undefined ? [] : [root];
    for (const message of branch) branch.push(...(this.#children.get(message.id) ?? []));
    return branch;
  }

  /** With these messages added, or in place of those with their ids. */
  with(...messages: readonly Message[]): MessageTree {
    return new MessageTree([...this.#byId.values(), ...messages]);
  }

  /** Without these. */
  without(ids: Iterable<string>): MessageTree {
    const gone = new Set(ids);
    return new MessageTree([...this.#byId.values()].filter(({ id }) => !gone.has(id)));
  }
}
