import type { ApiKeyView } from '../../core/wire/api-key-schemas.ts';

export interface OwnerReport {
  /** Empty where a key belongs to no person. */
  readonly owner: string;
  readonly active: number;
  readonly expired: number;
  readonly total: number;
}

/** How many keys each person has, by name. */
export function reportByUser(keys: readonly ApiKeyView[]): readonly OwnerReport[] {
  const counted = new Map<string, { active: number; expired: number }>();
  for (const { owner = '', status } of keys) {
    const count = counted.get(owner) ?? { active: 0, expired: 0 };
    count[status] += 1;
    counted.set(owner, count);
  }
  return [...counted]
    .map(([owner, { active, expired }]) => ({ owner, active, expired, total: active + expired }))
    .sort((one, other) => (one.owner < other.owner ? -1 : 1));
}
