/** A line being written, as rows of a terminal. */
export interface InputLayout {
  readonly rows: readonly string[];
  /** Index of the row that the cursor is in. */
  readonly cursorRow: number;
  /** What of that row is before the cursor. */
  readonly beforeCursor: string;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Breaks a text into rows for a terminal of so many columns, and finds the cursor, which stands before
 * the code unit `cursor`. Where there would be more than `maxRows`, only those around the cursor.
 */
export function layOutInput(
  text: string,
  cursor: number,
  { columns, maxRows }: { columns: number; maxRows: number },
): InputLayout {
  const rows = [{ text: "", start: 0, width: 0 }];
  for (const { segment, index } of graphemes.segment(text)) {
    const width = maxWidth(segment);
    const row = rows.at(-1)!;
    const fits = row.width + width < columns; // the last column stays free: some terminals wrap there
    if (fits || row.text === "") {
      row.text += segment;
      row.width += width;
    } else rows.push({ text: segment, start: index, width });
  }
  const current = rows.findLastIndex(({ start }) => start <= cursor);
  const first = Math.max(0, Math.min(current - maxRows + 1, rows.length - maxRows));
  return {
    rows: rows.slice(first, first + maxRows).map((row) => row.text),
    cursorRow: current - first,
    beforeCursor: text.slice(rows[current]!.start, cursor),
  };
}

/**
 * The most columns that any terminal gives to a text. They disagree about emoji and about many symbols,
 * and a row that is broken too early looks better than one that the terminal breaks once more.
 */
export function maxWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\p{Cf}/u.test(character)) width += character === "\ufe0f" ? 1 : 0;
    else width += character < "\u1100" ? 1 : 2;
  }
  return width;
}
