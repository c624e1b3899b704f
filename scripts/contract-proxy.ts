/**
 * Stands between a tester and the service and holds every answer against openapi.yaml: no 5xx, the status declared for
 * the operation, the content type declared for the status, the body as its schema says; and no operation left unasked.
 *   node --import tsx scripts/contract-proxy.ts <openapi.yaml> <URL of the service> <file for the findings, JSONL>
 *
 * Prints its own URL first. SIGTERM ends it: it prints what it saw and exits with 1 if anything was wrong.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

type Responses = Record<string, { content?: Record<string, { schema?: object }> }>;

interface Document {
  components?: object;
  paths: Record<string, Record<string, { responses: Responses }>>;
}

interface Operation {
  name: string;
  pattern: RegExp;
  /** Validator of the body by status and content type; null where the body is only text. */
  declared: Map<string, Map<string, ValidateFunction | null>>;
}

const formats = { date: /^\d{4}-\d\d-\d\d$/, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ };

function readOperations(file: string): Operation[] {
  const { paths, components } = parse(readFileSync(file, 'utf8')) as Document;
  const ajv = new Ajv({ strict: false, allErrors: true, formats });
  const check = (type: string, schema: object) => (/json$/.test(type) ? ajv.compile({ ...schema, components }) : null);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      pattern: new RegExp(`^${method} ${path.replace(/\{\w+\}/g, '[^/]*')}/?$`, 'i'),
      declared: new Map(
        Object.entries(responses).map(([status, { content = {} }]) => [
          status,
          new Map(Object.entries(content).map(([type, { schema = {} }]) => [type, check(type, schema)])),
        ]),
      ),
    })),
  );
}

/** What is wrong with an answer, or null. What no operation declares may be answered with any 4xx. */
function findFault(operation: Operation | undefined, status: number, type: string, body: string): string | null {
  if (status >= 500) return `status ${status}`;
  if (operation === undefined) return null;
  const types = operation.declared.get(String(status));
  if (types === undefined) return `status ${status} is not declared`;
  const validate = types.get(type);
  if (validate === undefined) return `content type "${type}" is not declared for ${status}`;
  try {
    if (validate === null || validate(JSON.parse(body))) return null;
  } catch {
    return `body of ${status} is not JSON`;
  }
  const errors = (validate.errors ?? []).slice(0, 3).map(({ instancePath, message }) => `${instancePath} ${message}`);
  return `body of ${status}: ${errors.join('; ')}`;
}

const [file = '', service = '', findings = ''] = process.argv.slice(2);
const operations = readOperations(file);
const counts = new Map<string, number>();
const faults = new Map<string, { count: number; example: string }>();
writeFileSync(findings, '');

function record(sent: IncomingMessage, sentBody: string, status: number, type: string, body: string): void {
  const { method, url = '', headers } = sent;
  const operation = operations.find(({ pattern }) => pattern.test(`${method} ${url.split('?')[0]}`));
  const name = operation?.name ?? 'elsewhere';
  counts.set(`${name} ${status}`, (counts.get(`${name} ${status}`) ?? 0) + 1);
  const problem = findFault(operation, status, type, body);
  if (problem === null) return;
  const fault = `${name}: ${problem}`;
  const { count, example } = faults.get(fault) ?? { count: 0, example: `${method} ${url} ${sentBody.slice(0, 500)}` };
  faults.set(fault, { count: count + 1, example });
  const found = { fault, method, url, sentType: headers['content-type'], sentBody, status, type, body };
  appendFileSync(findings, `${JSON.stringify(found)}\n`);
}

async function pass(sent: IncomingMessage, reply: ServerResponse): Promise<void> {
  const body = await buffer(sent);
  const { 'transfer-encoding': chunked, ...headers } = sent.headers;
  if (chunked !== undefined) headers['content-length'] = String(body.length);
  const { method, url: path } = sent;
  const { hostname, port } = new URL(service);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      request({ hostname, port, method, path, headers, agent: false }, resolve).on('error', reject).end(body),
    );
    const { statusCode = 0, headers: told } = answer;
    const text = await buffer(answer);
    record(sent, body.toString(), statusCode, told['content-type']?.split(';')[0] ?? '', text.toString());
    reply.writeHead(statusCode, { 'content-type': told['content-type'] }).end(text);
  } catch (error) {
    record(sent, body.toString(), 502, '', String(error));
    reply.writeHead(502).end();
  }
}

const server = createServer((sent, reply) => void pass(sent, reply)).listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address?.port}\n`);
});

process.once('SIGTERM', () => {
  const unasked = operations.filter(({ name }) => ![...counts.keys()].some((key) => key.startsWith(`${name} 2`)));
  const lines = [
    ...[...counts].sort().map(([name, count]) => `${String(count).padStart(6)}  ${name}`),
    ...[...faults].map(([fault, { count, example }]) => `FAULT ×${count}  ${fault}\n        ${example}`),
    ...unasked.map(({ name }) => `UNTESTED  ${name}: never answered with success`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exit(faults.size + unasked.length === 0 ? 0 : 1);
});
