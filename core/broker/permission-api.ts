import type { Account } from '../accounts/account.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import type { PermissionAnswers } from '../hand-out/permissions.ts';
import type { PermissionsRequest, PermissionsView } from '../wire/permission-schemas.ts';

export interface PermissionApiDependencies {
  readonly answers: PermissionAnswers;
  readonly gate: Pick<HandOutGate, 'check'>;
  readonly find: (id: string) => Promise<Account>;
}

/** What an account's credential may do, for whoever asks by name. */
export class PermissionApi {
  readonly #dependencies: PermissionApiDependencies;

  constructor(dependencies: PermissionApiDependencies) {
    this.#dependencies = dependencies;
  }

  async permissions(id: string, { objects, with: keys }: PermissionsRequest): Promise<PermissionsView> {
    const { answers, gate, find } = this.#dependencies;
    const account = await find(id);
    const other = keys === undefined ? undefined : await find(keys);
    gate.check(account.id);
    const { rows, asOf } = await answers.of(account, { objects, other });
    return {
      rows: rows.map(({ reason, ...row }) => (reason === undefined ? row : { ...row, reason })),
      as_of: new Date(asOf).toISOString(),
    };
  }
}
