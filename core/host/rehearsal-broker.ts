import { noSecrets, serializeAccount } from '../accounts/stored-account.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import { Broker } from '../broker/broker.ts';
import { interpretConfig } from '../config/interpret-config.ts';
import { logTo } from '../platform/log.ts';
import { SystemClock } from '../platform/system-clock.ts';
import { Secret } from '../secret.ts';
import { EncryptedFileStore } from '../stores/encrypted-file/encrypted-file-store.ts';
import { MemoryStore } from '../stores/memory-store.ts';

/** The one account of the rehearsal, and the host it answers for: RFC 2606 keeps `.invalid` free of real ones. */
export const stage = { account: 'rehearsal', host: 'rehearsal.invalid' } as const;

const issuer = `https://${stage.host}`;
const clientId = 'rehearsal';
const config = JSON.stringify({
  accounts: { [stage.account]: { service: 'oidc', issuer, client_id: clientId, git: [stage.host], store: 'memory' } },
});

class RehearsalClock extends SystemClock {
  #skipped = 0;

  skipMinute(): void {
    this.#skipped += 60_000;
  }

  override monotonic(): number {
    return super.monotonic() + this.#skipped;
  }
}

export interface RehearsalBroker {
  readonly broker: Broker;
  /** Before each call: the log would count what is asked again within a minute, and not write it. */
  skipMinute(): void;
}

/** A broker like the real one, with one made-up account: it knows no secret of anybody, and reaches nothing. */
export async function openRehearsalBroker(): Promise<RehearsalBroker> {
  const clock = new RehearsalClock();
  const logger = logTo({ write: () => undefined }, 'info');
  const memory = new MemoryStore();
  const record = signedIn(clock);
  await memory.write(stage.account, serializeAccount({ grant: record.grant, secrets: noSecrets, record }));
  const nowhere = async (): Promise<never> => {
    throw new Error('the rehearsal reaches nothing');
  };
  const broker = new Broker({
    kind: 'agent',
    clock,
    http: { fetchFor: () => nowhere },
    userAgent: { open: nowhere },
    peers: { underWindows: false, owner: nowhere, holder: nowhere },
    notifier: { show: () => undefined, withdraw: () => undefined },
    stores: { keychain: memory, memory, 'encrypted-file': new EncryptedFileStore({ path: '/dev/null', logger }) },
    placements: { of: async () => undefined, set: async () => undefined },
    logger,
    random: Math.random,
    reloadConfig: async () => undefined,
    quit: () => undefined,
  });
  const read = interpretConfig([{ file: 'rehearsal', text: config }]);
  if (read.kind === 'invalid') throw new TypeError('the config of the rehearsal is invalid');
  broker.configure(read.config, []);
  return { broker, skipMinute: () => clock.skipMinute() };
}

/** With neither lifetime nor refresh token there is nothing to keep fresh. */
function signedIn(clock: SystemClock): TokenRecord {
  return {
    grant: 'authorization_code',
    refreshToken: undefined,
    accessToken: new Secret('nobody-takes-this-token'),
    idToken: undefined,
    idTokenRenewed: undefined,
    tokenType: 'Bearer',
    scope: undefined,
    lifetime: undefined,
    obtainedAt: clock.now(),
    bootId: clock.bootId,
    uptime: clock.uptime(),
    generation: 1,
    clockSkew: undefined,
    identity: undefined,
    clientId,
    issuer,
    endpoints: {},
    signedInAt: clock.now(),
    loginEnd: undefined,
    sessionEnded: false,
    learned: undefined,
  };
}
