import { describe, expect, it } from 'vitest';
import { cutText, printable, textWidth } from '../../../cli/output/printable.ts';
import { formatTable } from '../../../cli/output/table.ts';

const cells = (...texts: readonly string[]) => texts.map((text) => ({ text }));

describe('formatTable', () => {
  it('aligns columns and leaves no blanks at the ends of lines', () => {
    const table = formatTable(
      [{ title: 'A' }, { title: 'LONG' }, { title: 'C' }],
      [cells('one', 'x', 'y'), cells('1', '', '')],
      { columns: 80 },
    );
    expect(table).toBe('A     LONG   C\none   x      y\n1     -      -\n');
  });

  it('narrows the gaps before it cuts', () => {
    const columns = [{ title: 'A', least: 2 }, { title: 'B' }];
    expect(formatTable(columns, [cells('12345', '67890')], { columns: 12, cutOrder: [0] })).toBe(
      'A      B\n12345  67890\n',
    );
  });

  it('cuts in the order asked for, never below the least width', () => {
    const columns = [{ title: 'A', least: 4 }, { title: 'B', least: 4 }, { title: 'C' }];
    const row = cells('aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc');
    expect(formatTable(columns, [row], { columns: 30, cutOrder: [1, 0] })).toBe(
      'A           B       C\naaaaaaaaaa  bbbbb…  cccccccccc\n',
    );
    expect(formatTable(columns, [row], { columns: 10, cutOrder: [1, 0] })).toBe(
      'A     B     C\naaa…  bbb…  cccccccccc\n',
    );
  });

  it('paints without moving anything', () => {
    const plain = formatTable([{ title: 'A' }, { title: 'B' }], [cells('a', 'b')], { columns: 80 });
    const painted = formatTable(
      [{ title: 'A' }, { title: 'B' }],
      [[{ text: 'a', paint: (text) => `<${text}>` }, { text: 'b' }]],
      { columns: 80 },
    );
    expect(painted.replace('<a>', 'a')).toBe(plain);
  });
});

describe('text from outside', () => {
  it('cannot steer the terminal or break the line', () => {
    expect(printable('a\u001b[31mb\nc\u202ed\u0085')).toBe('a [31mb c d');
  });

  it('is measured in columns', () => {
    expect(textWidth('ada')).toBe(3);
    expect(textWidth('日本')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
  });

  it('is cut between characters and never too wide', () => {
    expect(cutText('ada', 3)).toBe('ada');
    expect(cutText('adalovelace', 5)).toBe('adal…');
    expect(cutText('日本語', 4)).toBe('日…');
  });
});
