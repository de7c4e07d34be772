import { startLocalApi } from '../../../core/local-api/server/server.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { FakeBroker } from '../../support/fake-broker.ts';

/** A broker to race against and to kill: tells its parent what its start came to. */
const [, , socketPath = ''] = process.argv;
const uid = process.getuid?.() ?? 0;
const started = await startLocalApi({ socketPath, broker: new FakeBroker(), uid, logger: new MemoryLogger() });
process.send?.(started.kind);
process.once('disconnect', () => process.exit());
