/** Which of the two places the files are kept in, as the environment says. */
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Files } from './files.ts';
import { folderFiles } from './folder.ts';
import { bucketFiles } from './s3.ts';

/** The place that the environment names. Throws where a bucket is named without what it takes to reach it. */
export function openFiles(config: Config): Files {
  const { ATTACHMENTS, DATA_DIR, S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = config;
  const local = join(DATA_DIR, 'attachments');
  if (ATTACHMENTS === undefined) return folderFiles(local);
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*))?$/.exec(ATTACHMENTS) ?? [];
  if (bucket === undefined) {
    if (ATTACHMENTS.includes('://')) throw new Error('ATTACHMENTS 应为目录，或 s3://存储桶/前缀');
    return folderFiles(ATTACHMENTS);
  }
  if (S3_ENDPOINT === undefined || S3_ACCESS_KEY_ID === undefined || S3_SECRET_ACCESS_KEY === undefined)
    throw new Error('ATTACHMENTS 为 s3:// 时须设 S3_ENDPOINT、S3_ACCESS_KEY_ID、S3_SECRET_ACCESS_KEY');
  return bucketFiles(
    {
      endpoint: S3_ENDPOINT.replace(/\/+$/, ''),
      region: S3_REGION,
      bucket,
      prefix: prefix.replace(/\/*$/, prefix === '' ? '' : '/'),
      accessKeyId: S3_ACCESS_KEY_ID,
      secretAccessKey: S3_SECRET_ACCESS_KEY,
    },
    join(local, 'incoming'),
  );
}
