/** Files in a bucket of an S3-compatible service: each under its SHA-256, which is also what the upload is signed with. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { AwsV4Signer } from 'aws4fetch';
import { AppError } from '../http/errors.ts';
import { type Files, placeOf } from './files.ts';

export interface Bucket {
  /** Address of the service; `{bucket}` in it stands for the bucket, which otherwise is the first part of the path. */
  endpoint: string;
  region: string;
  bucket: string;
  /** What stands before every name: empty, or ending in a slash. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** How long the service may be silent. */
const silenceMs = 30_000;
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function addressOf({ endpoint, bucket, prefix }: Bucket, sha256: string): string {
  const root = endpoint.includes('{bucket}') ? endpoint.replace('{bucket}', bucket) : `${endpoint}/${bucket}`;
  return `${root}/${prefix}${placeOf(sha256)}`;
}

interface Upload {
  sha256: string;
  path: string;
  size: number;
  type: string;
}

/** One signed request; `fetch` would send a file without saying how long it is, which S3 refuses. */
async function send(bucket: Bucket, method: string, sha256: string, upload?: Upload): Promise<IncomingMessage> {
  const headers: Record<string, string> = { 'x-amz-content-sha256': upload?.sha256 ?? emptyHash };
  if (upload !== undefined)
    Object.assign(headers, { 'content-type': upload.type, 'content-length': String(upload.size) });
  const { region, accessKeyId, secretAccessKey } = bucket;
  const url = addressOf(bucket, sha256);
  const signer = new AwsV4Signer({ method, url, headers, service: 's3', region, accessKeyId, secretAccessKey });
  const signed = await signer.sign();
  const start = signed.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const sent = start(signed.url, { method, headers: Object.fromEntries(signed.headers), timeout: silenceMs });
  sent.on('timeout', () => sent.destroy(new Error('the object store is silent')));
  const answered = once(sent, 'response');
  // Whichever fails first: a refusal may come while the file is still being sent.
  if (upload === undefined) sent.end();
  else pipeline(createReadStream(upload.path), sent).catch((error: Error) => sent.destroy(error));
  const [answer]: IncomingMessage[] = await answered;
  if (answer === undefined) throw new Error('an answer without a message');
  return answer;
}

async function ask(bucket: Bucket, method: string, sha256: string, upload?: Upload): Promise<IncomingMessage> {
  try {
    return await send(bucket, method, sha256, upload);
  } catch {
    throw new AppError('UNAVAILABLE', '附件存储暂不可用');
  }
}

function refuse(answer: IncomingMessage): never {
  answer.resume();
  // The log has an error's code and not its text; what the store itself says may quote keys.
  throw Object.assign(new Error('the object store refuses'), { code: `S3_${answer.statusCode}` });
}

export function bucketFiles(bucket: Bucket, incoming: string): Files {
  return {
    incoming,
    async put(sha256, path, { size, type }) {
      const existing = await ask(bucket, 'HEAD', sha256);
      existing.resume();
      if (existing.statusCode === 200 && existing.headers['content-length'] === String(size)) return;
      const answer = await ask(bucket, 'PUT', sha256, { sha256, path, size, type });
      if (answer.statusCode !== 200) refuse(answer);
      answer.resume();
    },
    async open(sha256) {
      const answer = await ask(bucket, 'GET', sha256);
      return answer.statusCode === 200 ? answer : refuse(answer);
    },
  };
}
