import { randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parsePsqlArguments } from '../../../core/helpers/postgres/postgres-arguments.ts';
import { findService } from '../../../core/helpers/postgres/postgres-service.ts';
import { findTarget, serviceOf } from '../../../core/helpers/postgres/postgres-target.ts';
import { type Random, randomFor } from '../../fuzz/random.ts';
import { newestBin } from '../../support/postgres-server.ts';
import { runToEnd } from '../../support/processes.ts';

/**
 * Where psql connects to is libpq's to decide, and our reading of its arguments a second opinion. Nothing listens on
 * these ports, so psql names every host and port it tried.
 */
const rounds = 150;
const hosts = ['127.0.0.5', '127.0.0.6', '127.0.0.5,127.0.0.6', '::1', '/nowhere', '', '127.0.0.7,/nowhere'];
const ports = ['2', '3', '2,3', '4', ''];

const serviceFile = `# of the test
[one]
hostaddr=127.0.0.8
sslmode=disable
[two]
 host=127.0.0.9
port=3\t
port=2
[three]
host=127.0.0.5,127.0.0.6
port=2,3
user=bob
[four]
host=db.example
hostaddr=127.0.0.8
[five]
user=bob
`;
const services = ['one', 'two', 'three', 'four', 'five', 'six', 'tw'];

interface Call {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function callFor(random: Random): Call {
  const host = () => random.pick(hosts);
  const port = () => random.pick(ports);
  const one = () => random.pick(['127.0.0.8', '127.0.0.9']);
  const string = () =>
    random.pick([
      () => `host=${random.pick(hosts.filter((each) => each !== ''))} port=2`,
      () => `host = '${host()}'  port='${port()}'`,
      () => `hostaddr=${one()} user=ada`,
      () => `host=db.example hostaddr=${one()} port=3`,
      () => `host='' dbname='a b'`,
      () => 'user=ada',
      () => `service=${random.pick(services)}`,
      () => `service='${random.pick(services)}' port=4`,
      () => `service=${random.pick(services)} host=${one()}`,
      () => `postgresql:///?service=${random.pick(services)}`,
      () => `postgresql://${one()}:3/shop`,
      () => `postgresql://ada@${one()},${one()}:4/shop`,
      () => `postgres://[::1]:2`,
      () => `postgresql:///shop?host=${one()}&port=2`,
      () => `postgresql://${one()}/shop?port=2&application_name=x`,
      () => `postgresql://me%40corp.example@${one()}?connect_timeout=2`,
      () => `postgresql://%2Fnowhere/shop`,
    ])();
  const words = () =>
    random.pick([
      () => ['-h', host()],
      () => [`-h${one()}`],
      () => [`-Atqh${one()}`],
      () => ['-Ath', one()],
      () => [`--host=${host()}`],
      () => ['--ho', host()],
      () => ['-p', port()],
      () => [`-p${random.pick(['2', '3'])}`],
      () => [`--port=${port()}`],
      () => ['-U', 'ada'],
      () => ['--username=ada'],
      () => ['-c', `-h${one()}`],
      () => ['-v', `host=${one()}`],
      () => ['-P', 'pager=off'],
      () => ['-d', string()],
      () => [`--dbname=${string()}`],
      () => [string()],
      () => ['shop'],
      () => ['ada'],
      () => ['--'],
      () => ['-1x'],
      () => ['--no-align'],
      () => ['--no'],
    ])();
  const env: Record<string, string> = {};
  if (random.chance(0.3)) env.PGHOST = host();
  if (random.chance(0.3)) env.PGPORT = port();
  if (random.chance(0.1)) env.PGHOSTADDR = one();
  if (random.chance(0.1)) env.PGSERVICE = random.pick(services);
  return { argv: Array.from({ length: 1 + random.int(4) }, words).flat(), env };
}

function ours({ argv, env }: Call): readonly string[] {
  const given = parsePsqlArguments(argv);
  const name = given === undefined ? undefined : serviceOf(given, env);
  const section = name === undefined ? undefined : findService(serviceFile, name);
  // libpq does not find it either, and connects to nobody.
  if (given === undefined || (section !== undefined && section.kind !== 'found')) return [];
  const target = findTarget({ given, service: section?.values, env });
  return target.kind === 'hosts' ? target.hosts.map(({ name, port, address }) => `${address ?? name} ${port}`) : [];
}

it('reads hosts and ports as libpq does', async () => {
  const seed = randomInt(2 ** 31);
  process.stdout.write(`  seed ${seed}\n`);
  const psql = path.join(await newestBin(), 'psql');
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-services-'));
  const file = path.join(folder, 'services.conf');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(file, serviceFile);
  let connected = 0;
  for (let index = 0; index < rounds; index += 1) {
    const call = callFor(randomFor(seed, index));
    const { stderr } = await runToEnd(psql, ['-X', '-w', ...call.argv], {
      env: {
        PATH: process.env.PATH,
        HOME: tmpdir(),
        LC_ALL: 'C',
        PGCONNECT_TIMEOUT: '5',
        PGSERVICEFILE: file,
        ...call.env,
      },
      cwd: tmpdir(),
    });
    const tried = [...stderr.matchAll(/connection to server at "([^"]*)"(?: \([^)]*\))?, port (\d+) failed/g)];
    const theirs = tried.map(([, host, port]) => `${host} ${port}`);
    if (theirs.length > 0) connected += 1;
    expect({ seed, index, ...call, stderr, places: ours(call) }).toEqual({
      seed,
      index,
      ...call,
      stderr,
      places: theirs,
    });
  }
  expect(connected).toBeGreaterThan(rounds / 4);
});
