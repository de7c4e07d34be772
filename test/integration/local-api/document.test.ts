import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../../core/local-api/server/app.ts';
import { defaultLimits } from '../../../core/local-api/server/limits.ts';
import { createQuotas } from '../../../core/local-api/server/quotas.ts';
import { type BrokerSocket, MemoryLogger, startBrokerSocket } from '../../support/broker-socket.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';
import { rawExchange, requestText } from './raw-exchange.ts';

const operationSchema = z.looseObject({
  summary: z.string(),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.enum(['path', 'query']), schema: z.object({}) }))
    .optional(),
  responses: z.record(z.string().regex(/^(default|[1-5]\d\d)$/), z.looseObject({ description: z.string() })),
});
const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.partialRecord(z.enum(['get', 'post', 'put', 'delete']), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

let socket: BrokerSocket;
let document: z.infer<typeof documentSchema>;
let text: string;

beforeAll(async () => {
  socket = await startBrokerSocket(new FakeBroker([accountView('lab')]));
  text = (await rawExchange(socket.socketPath, requestText('GET /v1/openapi.json'))).body;
  document = documentSchema.parse(JSON.parse(text));
});

afterAll(async () => {
  await socket[Symbol.asyncDispose]();
});

const described = () =>
  Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );

describe('/v1/openapi.json', () => {
  it('describes every route there is, and no other', () => {
    const streams = new Set<never>();
    const logger = new MemoryLogger();
    const quotas = createQuotas(defaultLimits, logger);
    const app = createApp({ broker: new FakeBroker(), logger, heartbeat: 1000, streams, quotas });
    const routes = app.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(described().sort()).toEqual([...new Set(routes)].sort());
    expect(described()).toHaveLength(32);
  });

  it('refers only to schemas that are in it', () => {
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('declares every parameter of a path', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const operation of Object.values(operations)) {
        const declared = operation?.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
        expect(declared.map((parameter) => parameter.name)).toEqual(names);
      }
    }
  });

  it('says what the schemas that validate say', () => {
    expect(document.components.schemas.TokenRequest).toMatchObject({
      additionalProperties: false,
      properties: { min_ttl: { type: 'integer', minimum: 0, maximum: 86_400 } },
    });
    expect(text).toContain('"name":"wait","in":"query"');
    // Of OpenAPI 3.0, and not of 3.1.
    expect(text).not.toContain('"nullable"');
  });

  it('is in step with docs/local-api.md', () => {
    const page = readFileSync(new URL('../../../docs/local-api.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z]+ \/v1[^`]*)` \|/gm)].map((match) => match[1]?.replace(/\?.*$/, ''));
    expect(rows.sort()).toEqual(described().sort());
  });
});
