import { z } from 'zod';

const property = z.looseObject({ name: z.string(), value: z.string() });

/** CycloneDX 1.6, as much of it as is looked at; the rest goes through as it is. */
export const bomSchema = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), properties: z.array(property).optional() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});
export type Bom = z.infer<typeof bomSchema>;

export interface Shipped {
  /** With all they depend on. */
  readonly whole: readonly string[];
  /** Alone: their npm dependencies fetch or start them, and stay here. */
  readonly alone: readonly string[];
  /** Never, whatever depends on it: needed by compilers only. */
  readonly never: readonly string[];
}

/** As the project calls it, which is the folder's name: a package may be installed under another one. */
export function nameOf({ properties = [] }: Bom['components'][number]): string {
  const path = properties.find(({ name }) => name === 'cdx:npm:package:path')?.value ?? '';
  return path.replace(/^.*node_modules\//, '');
}

/** The bill of what packages hold, out of that of the whole checkout. A name that is not there is an error. */
export function shippedOnly(bom: Bom, { whole, alone, never }: Shipped): Bom {
  const top = bom.metadata.component['bom-ref'];
  const below = new Map(bom.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
  const names = new Map(bom.components.map((component) => [component['bom-ref'], nameOf(component)]));
  const direct = (name: string): string => {
    const found = below.get(top)?.find((ref) => names.get(ref) === name);
    if (found === undefined) throw new Error(`${name} is not a dependency of the project`);
    return found;
  };
  const kept = new Set<string>();
  const keep = (ref: string): void => {
    if (kept.has(ref) || never.includes(names.get(ref) ?? '')) return;
    kept.add(ref);
    for (const next of below.get(ref) ?? []) keep(next);
  };
  for (const name of whole) keep(direct(name));
  const single = alone.map(direct);
  const roots = new Set([...whole.map(direct), ...single]);
  const all = new Set([...kept, ...single]);
  return {
    ...bom,
    components: bom.components.filter((component) => all.has(component['bom-ref'])),
    dependencies: [
      { ref: top, dependsOn: [...roots] },
      ...bom.dependencies
        .filter(({ ref }) => all.has(ref))
        .map((each) => ({
          ...each,
          dependsOn: kept.has(each.ref) ? (each.dependsOn ?? []).filter((ref) => kept.has(ref)) : [],
        })),
    ],
  };
}
