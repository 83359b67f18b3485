/**
 * Reads topics: knowledge written by hand as questions and answers, in plain text that is pleasant to write.
 *
 *     ## capital.france
 *     ? What is the capital of France?
 *     ? Which city is the capital of France?
 *     = The capital of France is Paris.
 *     = Paris.
 *     > And of which river?          a follow-up question to the answer above
 *     < The Seine.                   its answer
 *
 * Every `?` may be paired with every `=`. Several `>` in a row are phrasings of one follow-up, whose answers are the `<`
 * lines that come after them. A line that starts with `| ` goes on with the line above, on a new line. Lines that start
 * with `#` and a space are remarks. It refuses topics without a question or an answer, doubled ids and unknown lines.
 */

/** A question that makes sense only after its topic's answer. */
export interface FollowUp {
  readonly questions: readonly string[];
  readonly answers: readonly string[];
}

/** One thing to know. */
export interface Topic {
  readonly id: string;
  readonly questions: readonly string[];
  readonly answers: readonly string[];
  readonly followUps: readonly FollowUp[];
}

interface Draft {
  id: string;
  questions: string[];
  answers: string[];
  followUps: { questions: string[]; answers: string[] }[];
}

/** Reads a file of topics. Throws an `Error` that names the line and what was expected there. */
export function parseTopics(text: string, fileName: string): Topic[] {
  const topics: Draft[] = [];
  let last: string[] | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const fail = (message: string): never => {
      throw new Error(`${fileName}:${index + 1}: ${message}: ${JSON.stringify(line)}`);
    };
    const topic = topics.at(-1);
    const mark = line.slice(0, 2);
    const rest = line.slice(2).trim();
    if (line.trim() === '' || mark === '# ') continue;
    if (line.startsWith('## ')) {
      topics.push({ id: line.slice(3).trim(), questions: [], answers: [], followUps: [] });
      last = null;
    } else if (!topic) fail('expected "## id" before anything else');
    else if (mark === '? ') (last = topic.questions).push(rest);
    else if (mark === '= ') (last = topic.answers).push(rest);
    else if (mark === '> ') {
      const open = topic.followUps.at(-1);
      if (open?.answers.length === 0) (last = open.questions).push(rest);
      else topic.followUps.push({ questions: (last = [rest]), answers: [] });
    } else if (mark === '< ') {
      const open = topic.followUps.at(-1) ?? fail('expected a "> " line before this one');
      (last = open.answers).push(rest);
    } else if (mark === '| ' || line === '|') {
      if (last === null) fail('expected a line to go on with before this one');
      else last.push(`${last.pop()!}\n${line.slice(2)}`);
    } else fail('expected a line that starts with "## ", "? ", "= ", "> ", "< ", "| " or "# "');
  }
  check(topics, fileName);
  return topics;
}

function check(topics: readonly Topic[], fileName: string): void {
  const ids = new Set<string>();
  for (const { id, questions, answers, followUps } of topics) {
    const complete = [{ questions, answers }, ...followUps].every(
      (one) => one.questions.length * one.answers.length > 0,
    );
    if (!complete) throw new Error(`${fileName}: topic ${id} has a question without an answer, or the reverse`);
    if (ids.has(id)) throw new Error(`${fileName}: topic ${id} stands there twice`);
    ids.add(id);
  }
}
