/**
 * The command line. Results go to stdout, all else to stderr; exit codes: 0 done, 1 refused or failed, 2 wrong usage. Each command loads
 * only what it needs: loading everything takes longer than most of them take.
 */
import { Argument, Command, CommanderError } from 'commander';
import { reportNames } from './commands/report-names.ts';

const program = new Command('jiesu').description('12345 热线接诉即办服务').exitOverride();

program
  .command('serve')
  .description('启动服务')
  .action(async () => (await import('./commands/serve.ts')).serve());
program
  .command('migrate')
  .description('更新数据库结构')
  .action(async () => (await import('./commands/database.ts')).migrate());
program
  .command('seed')
  .description('载入基础数据')
  .option('--dir <folder>', '别的城市的基础数据目录')
  .action(async (options) => (await import('./commands/database.ts')).seed(options));
program
  .command('gazetteer')
  .description('地名')
  .command('import <file>')
  .description('从某日起换用一份新的区划名单（divisions.csv 的列，全市完整），报告有何不同；有错则什么也不写')
  .requiredOption('--from <date>', '名单从哪天起生效，如 2027-01-01')
  .option('--dry-run', '只报告，不写入')
  .option('--by <name>', '谁导入的，留在记录里', '命令行')
  .option('--reason <text>', '为什么，留在记录里')
  .option('--format <format>', 'table 或 json', 'table')
  .action(async (file, options) => (await import('./commands/gazetteer.ts')).gazetteerImport(file, options));
program
  .command('token')
  .description('令牌')
  .command('create')
  .description('生成一个令牌，只显示一次')
  .requiredOption('--role <role>', '角色')
  .option('--unit <code>', '单位编码（handler、manager）')
  .option('--name <text>', '名称，用于日志和来源')
  .option('--ttl <time>', '有效期，如 90d、12h', '90d')
  .action(async (options) => (await import('./commands/database.ts')).tokenCreate(options));
program
  .command('user')
  .description('用户')
  .command('create')
  .description('建用户；标准输出只有初始密码')
  .requiredOption('--login <name>', '登录名')
  .requiredOption('--role <role>', '角色')
  .option('--unit <code>', '单位编码（handler、manager）')
  .option('--name <text>', '姓名')
  .action(async (options) => (await import('./commands/user.ts')).userCreate(options));
program
  .command('classify')
  .description('判定：标准输入每行一个 JSON，标准输出每行一个结果')
  .option('--dir <folder>', '别的城市的基础数据目录')
  .action(async (options) => (await import('./commands/classify.ts')).classify(options));
program
  .command('import <file>')
  .description('导入 CSV 或 JSONL 诉求，按外部编号去重；退回的行写入 <file>.rejected')
  .option('--map <file>', 'JSON：诉求字段 → 列名')
  .action(async (file, options) => (await import('./commands/import.ts')).importFile(file, options));
program
  .command('report')
  .description('报表，参数与口径同接口；各报表可用的参数和分组见 openapi.yaml')
  .addArgument(new Argument('<name>', '报表').choices(reportNames))
  .option('--period <code>', '考核期，如 2026-11；默认为当前考核期')
  .option('--from <date>', '起始日期（含）')
  .option('--to <date>', '截止日期（不含）')
  .option('--by <dimension>', '每行是什么，如 unit、street、day')
  .option('--depth <level>', '事项级别，只用于 --by matter')
  .option('--basis <basis>', 'all 全口径（默认），assessed 考核口径')
  .option('--group <kind>', '只计这一类单位')
  .option('--district <code>', '只计此区')
  .option('--unit <code>', '只计此单位')
  .option('--amended <choice>', '1：已封账的考核期按更正以后的数')
  .option('--compare <with>', 'previous 上一期，year 上年同期：rates、ranking')
  .option('--level <level>', '事项级别：quality')
  .option('--interval <interval>', 'day、week、month、none：quality')
  .option('--format <format>', 'table（默认）、csv、json、xlsx；bulletin 为 html')
  .option('--output <file>', '写入文件')
  .action(async (name, options) => (await import('./commands/report.ts')).report(name, options));
program
  .command('verify')
  .description('由流转记录重放每件诉求和工单，与库中现状比较：一致则打印 equal，否则列出不同并以 1 退出')
  .action(async () => (await import('./commands/verify.ts')).verify());
program
  .command('assess')
  .description('考核')
  .command('verify')
  .description('由流转记录重算一个已封账的考核期：与封账的数一致则打印 equal，否则列出不同并以 1 退出')
  .requiredOption('--period <code>', '考核期，如 2026-11')
  .action(async (options) => (await import('./commands/assess.ts')).assessVerify(options));
program
  .command('opendata')
  .description('开放数据：街道 × 事项 × 日的件数，每格至少 k 人，不足的并粗或略去，没有文字')
  .requiredOption('--from <date>', '起始日期（含）')
  .requiredOption('--to <date>', '截止日期（不含）')
  .option('--k <n>', '每格至少几个不同的诉求人', '5')
  .option('--out <file>', '写入文件')
  .action(async (options) => (await import('./commands/opendata.ts')).opendata(options));
const privacy = program.command('privacy').description('一个人的个人信息：按电话，记入审计');
privacy
  .command('export')
  .description('打印此电话名下的全部诉求，每行一个 JSON')
  .requiredOption('--phone <number>', '电话')
  .option('--by <name>', '谁办的，留在审计里', '命令行')
  .option('--reason <text>', '为什么，留在审计里', '应本人要求')
  .action(async (options) => (await import('./commands/privacy.ts')).privacyExport(options));
privacy
  .command('erase')
  .description('清除此电话名下已办结的诉求里的姓名和电话，连同文字里的；还在办理的留下并列出')
  .requiredOption('--phone <number>', '电话')
  .requiredOption('--reason <text>', '为什么，留在审计里')
  .option('--by <name>', '谁办的，留在审计里', '命令行')
  .action(async (options) => (await import('./commands/privacy.ts')).privacyErase(options));
const keys = program.command('keys').description('个人信息的密钥');
keys
  .command('encrypt')
  .description('把还没有加密的诉求人加密；服务启动时也做')
  .action(async () => (await import('./commands/keys.ts')).keysEncrypt());
keys
  .command('rotate')
  .description('换数据密钥：新旧并用，逐批重新加密，不停服务；或用 --master 换主密钥')
  .option('--master <file>', '新的主密钥文件：只重新包裹数据密钥')
  .option('--wait <seconds>', '新密钥在多少秒以后使用，须够各节点读到它', '60')
  .action(async (options) => (await import('./commands/keys.ts')).keysRotate(options));
program
  .command('audit')
  .description('审计')
  .command('verify')
  .description('由链首校验审计：没有改动则打印 equal，否则逐条列出并以 1 退出')
  .option('--head <head>', '以前校验所答、另处保存的 序号:哈希')
  .action(async (options) => (await import('./commands/audit.ts')).auditVerify(options));
program
  .command('lifecycle')
  .description('工单的状态机')
  .option('--mermaid', '打印 Mermaid 图')
  .action(async (options) => (await import('./commands/verify.ts')).lifecycle(options));
program
  .command('demo')
  .description('载入合成诉求并打印各区三率；同一种子得同样的数')
  .option('--count <n>', '件数', '2000')
  .option('--seed <n>', '种子', '1')
  .action(async (options) => (await import('./commands/demo.ts')).demo(options));
program
  .command('generate')
  .description(
    '量性能用：把演示诉求的一生成倍复制到过去几年，写入大量诉求、工单和流转记录，并建汇总；须是数据库的超级用户',
  )
  .requiredOption('--complaints <n>', '件数')
  .option('--years <n>', '分布在几年里', '2')
  .option('--no-words', '不带检索词，快一倍')
  .action(async (options) => (await import('./commands/generate.ts')).generate(options));
program
  .command('rollup')
  .description('报表所用的汇总')
  .command('rebuild')
  .description('由诉求、工单、回访、剔除和流转记录重建全部汇总')
  .action(async () => (await import('./commands/generate.ts')).rollupRebuild());
program
  .command('train')
  .description('由标注文本训练模型；同样的数据和种子得同样的文件')
  .requiredOption('--name <name>', '模型名')
  .option('--data <file...>', '标注文件：JSONL，need、need2、matter、type')
  .option('--more <file...>', '标注文件，只学习，不用来度量：不是公平的样本，或由别人标注')
  .option('--cases <file...>', '紧急程度用例：JSONL，text、level（none 为不紧急）')
  .option('--unlabelled <file...>', '没有标注的文本：JSONL，由 --teacher 的模型标注')
  .option('--teacher <name>', '为没有标注的文本作标注的模型')
  .option('--letters <file...>', '七类信件：JSONL，text 或 tokens、label')
  .option('--base <name>', '以现有模型为底修正，不需要原来的数据')
  .option('--with-corrections', '加上数据库里人对机器判断的更正；文本先脱敏，不写入文件')
  .option('--corrections-limit <n>', '最多用多少件更正，新的在前', '20000')
  .option('--evaluate <file>', '在此文件上与现用模型比较，不差才启用')
  .option('--dir <folder>', '别的城市的基础数据目录')
  .option('--strings <n>', '最多学多少字串', '2400')
  .option('--seed <n>', '种子', '1')
  .action(async (options) => (await import('./commands/train.ts')).train(options));
program
  .command('evaluate')
  .description('在标注文件上度量判定，输出 JSON')
  .requiredOption('--task <task>', 'need、matter1、letters7、type 或 lead')
  .requiredOption('--data <file>', '标注文件，JSONL')
  .option('--model <name>', '不用现用模型而用这一个')
  .option('--dir <folder>', '别的城市的基础数据目录')
  .action(async (options) => (await import('./commands/evaluate.ts')).evaluate(options));
const model = program.command('model').description('判定模型');
model
  .command('list')
  .description('列出模型，* 为现用')
  .action(async () => (await import('./commands/model.ts')).modelList());
model
  .command('use <name>')
  .description('启用一个模型，重启服务后生效')
  .option('--dir <folder>', '别的城市的基础数据目录')
  .action(async (name, options) => (await import('./commands/model.ts')).modelUse(name, options));
program
  .command('rules')
  .description('派单目录')
  .command('check')
  .description('查派单目录：到不了的、没有主办的、互相矛盾的、单位失效的、下推给街道的；没有问题退出码为 0')
  .option('--dir <folder>', '别的城市的基础数据目录')
  .option('--database', '查数据库里生效的，不查文件')
  .option('--format <format>', 'text 或 json', 'text')
  .action(async (options) => (await import('./commands/rules.ts')).rulesCheck(options));
program
  .command('openapi')
  .description('由路由生成或核对 openapi.yaml')
  .option('--write', '写入 openapi.yaml')
  .option('--check', '核对 openapi.yaml')
  .action(async (options) => (await import('./commands/openapi.ts')).openapi(options));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const { describe, say } = await import('./commands/common.ts');
    say(describe(error));
    process.exitCode = 1;
  }
}
