/** The command line. Results go to stdout, all else to stderr; exit codes: 0 done, 1 refused or failed, 2 wrong usage. */
import { Command, CommanderError } from 'commander';
import { classify } from './commands/classify.ts';
import { describe, say } from './commands/common.ts';
import { migrate, seed, tokenCreate } from './commands/database.ts';
import { openapi } from './commands/openapi.ts';
import { serve } from './commands/serve.ts';

const program = new Command('jiesu').description('12345 热线接诉即办服务').exitOverride();

program.command('serve').description('启动服务').action(serve);
program.command('migrate').description('更新数据库结构').action(migrate);
program.command('seed').description('载入基础数据').option('--dir <folder>', '别的城市的基础数据目录').action(seed);
program
  .command('token')
  .description('令牌')
  .command('create')
  .description('生成一个令牌，只显示一次')
  .requiredOption('--role <role>', '角色')
  .option('--unit <code>', '单位编码（handler、manager）')
  .option('--name <text>', '名称，用于日志和来源')
  .option('--ttl <time>', '有效期，如 90d、12h', '90d')
  .action(tokenCreate);
program
  .command('classify')
  .description('判定：标准输入每行一个 JSON，标准输出每行一个结果')
  .option('--dir <folder>', '别的城市的基础数据目录')
  .action(classify);
program
  .command('openapi')
  .description('由路由生成或核对 openapi.yaml')
  .option('--write', '写入 openapi.yaml')
  .option('--check', '核对 openapi.yaml')
  .action(openapi);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    say(describe(error));
    process.exitCode = 1;
  }
}
