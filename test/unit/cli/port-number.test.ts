import { expect, it } from 'vitest';
import { portNumber } from '../../../cli/port-number.ts';

it.each([
  ['1', 1],
  ['5432', 5432],
  ['65535', 65_535],
  ['0', undefined],
  ['65536', undefined],
  ['-1', undefined],
  ['8080 ', undefined],
  ['0x50', undefined],
  ['1e3', undefined],
  ['', undefined],
  ['eighty', undefined],
])('of %j is %j', (text, port) => {
  expect(portNumber(text)).toBe(port);
});
