import { describe, expect, it } from 'vitest';
import { type Bom, shippedOnly } from '../../../build/packaging/sbom-filter.ts';

function component(ref: string, path: string): Bom['components'][number] {
  return { 'bom-ref': ref, properties: [{ name: 'cdx:npm:package:path', value: path }] };
}

const bom: Bom = {
  metadata: { component: { 'bom-ref': 'keytray' } },
  components: [
    component('@github/keytar@7', 'node_modules/keytar'),
    component('headers@8', 'node_modules/node-addon-api'),
    component('pino@10', 'node_modules/pino'),
    component('split2@4', 'node_modules/pino/node_modules/split2'),
    component('electron@45', 'node_modules/electron'),
    component('get@5', 'node_modules/@electron/get'),
    component('vitest@5', 'node_modules/vitest'),
  ],
  dependencies: [
    { ref: 'keytray', dependsOn: ['@github/keytar@7', 'pino@10', 'electron@45', 'vitest@5'] },
    { ref: '@github/keytar@7', dependsOn: ['headers@8'] },
    { ref: 'pino@10', dependsOn: ['split2@4'] },
    { ref: 'split2@4' },
    { ref: 'electron@45', dependsOn: ['get@5'] },
    { ref: 'vitest@5' },
  ],
};

describe('the bill of what packages hold', () => {
  const shipped = shippedOnly(bom, { whole: ['keytar', 'pino'], alone: ['electron'], never: ['node-addon-api'] });

  it('names what is shipped and nothing else, by the name the project uses', () => {
    expect(shipped.components.map((each) => each['bom-ref'])).toEqual([
      '@github/keytar@7',
      'pino@10',
      'split2@4',
      'electron@45',
    ]);
  });

  it('leads to nothing that it does not name', () => {
    expect(shipped.dependencies).toEqual([
      { ref: 'keytray', dependsOn: ['@github/keytar@7', 'pino@10', 'electron@45'] },
      { ref: '@github/keytar@7', dependsOn: [] },
      { ref: 'pino@10', dependsOn: ['split2@4'] },
      { ref: 'split2@4', dependsOn: [] },
      { ref: 'electron@45', dependsOn: [] },
    ]);
  });

  it('refuses a name that the project does not depend on', () => {
    expect(() => shippedOnly(bom, { whole: ['split2'], alone: [], never: [] })).toThrow('split2 is not a dependency');
  });
});
