/** A newer list of divisions comes into force on its day, changes nothing that was, and is refused as a whole where it is not sound. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { readSeeds, seed } from '../../src/db/seed.ts';
import { type Imported, importDivisions } from '../../src/divisions/service.ts';
import { app, complaint, type T } from '../helper.ts';
import { type Edits, listed, newerList } from './list.ts';

const day = '2026-12-01';
/** 军庄镇 is closed; 张镇 goes from 顺义 to 平谷; 石楼镇 gets another name; 朝阳 gets a new street with a community. */
const edits: Edits = {
  without: ['110109104', '110113110'],
  change: {
    '110111104': ['石楼镇', '石楼新镇'],
    '110111108': ['长沟镇,street,110111,', '长沟镇,street,110111,长沟古镇'],
  },
  add: [
    '110117199,张镇,street,110117,,,,2026-12-01,',
    '110105099,灯塔街道,street,110105,,,,2026-12-01,',
    '110105099001,灯塔里社区居委会,community,110105099,,,,2026-12-01,',
  ],
};

async function service(t: T) {
  const own = await app(t);
  const operator = await own.as('operator');
  const admin = await own.as('admin');
  const load = (content: string, more: { from?: string; dryRun?: boolean } = {}): Promise<Imported> => {
    const request = {
      file: 'new.csv',
      content,
      from: day,
      actor: '区划科',
      reason: '年度调整',
      dryRun: false,
      ...more,
    };
    return importDivisions(own.ctx, request, own.clock.now);
  };
  const told = async (content: string, from = day) =>
    (await load(content, { from })).problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
  const file = async (text: string) => {
    const given = complaint({ text, matter: 'M01.01.01', level: 'L3', type: 'complain' });
    return (await operator.post('/complaints', given)).body;
  };
  const counts = async () => {
    const [row] = await own.connection.db.execute(sql`select (select count(*)::int from catalog_versions) as versions,
      (select count(*)::int from catalog_changes) as changes, (select count(*)::int from past_divisions) as past,
      (select count(*)::int from divisions) as divisions, (select count(*)::int from units) as units,
      (select count(*)::int from divisions where valid_to is not null) as closed`);
    return { ...row };
  };
  return { ...own, operator, admin, load, told, file, counts };
}

const codes = (rows: readonly { code: string }[]) => rows.map(({ code }) => code);

t.test('the list comes into force on its day, and what was stays', async (t) => {
  const { load, file, counts, clock, operator, admin, as } = await service(t);
  const before = await counts();
  const closing = await file('门头沟区军庄镇东杨坨社区垃圾成堆没人清运');
  t.match(closing, { status: 'dispatched', orders: [{ unit: { code: '110109104' } }] });

  const tried = await load(newerList(edits), { dryRun: true });
  t.same(tried.problems, []);
  t.match(tried.change, { city: '110000', listed: listed - 1 + 3 - tried.change.closed - tried.change.moved });
  t.same(await counts(), before, 'a dry run writes nothing');

  const made = await load(newerList(edits));
  t.same(made.change, tried.change);
  t.same(codes(made.plan.renamed.map(({ after }) => after)), ['110111104']);
  t.same(codes(made.plan.aliases.map(({ after }) => after)), ['110111108']);
  t.same(
    made.plan.moved.map(({ before: { code }, after }) => `${code} ${after.code}`),
    ['110113110 110117199'],
  );
  t.same(codes(made.plan.added), ['110105099', '110105099001']);
  t.ok(
    codes(made.plan.closed).includes('110109104') &&
      codes(made.plan.closed).every((code) => /^1101(09104|13110)/.test(code)),
  );
  t.match(made.plan.units, {
    closed: [{ code: '110109104' }, { code: '110113110' }],
    opened: [
      { code: '110105099', name: '朝阳区灯塔街道办事处', parent: '110105', validFrom: day },
      { code: '110117199', name: '平谷区张镇人民政府', parent: '110117' },
    ],
  });
  t.equal(made.openOrders, 1);
  t.match(await load(newerList(edits)), { version: made.version, plan: { rows: [] } }, 'once more changes nothing');

  // Before the day the old list is in force, from its first minute on the new one.
  clock.now = new Date('2026-11-30T23:59:00+08:00');
  t.match(await file('门头沟区军庄镇东杨坨社区垃圾成堆没人清运'), { orders: [{ unit: { code: '110109104' } }] });
  t.match(await file('朝阳区灯塔街道灯塔里社区垃圾成堆没人清运'), { classification: { place: { street: null } } });
  t.match((await file('房山区石楼镇垃圾成堆没人清运')).classification.place.street, { name: '石楼镇' });
  clock.now = new Date('2026-12-01T00:00:00+08:00');
  t.match((await file('门头沟区军庄镇东杨坨社区垃圾成堆没人清运')).classification.place.street, null);
  t.match(await file('朝阳区灯塔街道灯塔里社区垃圾成堆没人清运'), {
    classification: { place: { street: { code: '110105099' }, community: { code: '110105099001' } } },
    orders: [{ unit: { code: '110105099' } }],
  });
  t.match((await file('房山区石楼新镇垃圾成堆没人清运')).classification.place.street, { code: '110111104' });
  t.match((await file('平谷区张镇垃圾成堆没人清运')).orders[0].unit, { code: '110117199' });
  t.match((await file('长沟古镇垃圾成堆没人清运')).classification.place.street, { code: '110111108' });

  // What was filed before keeps its code, is read with its names, handled by its unit and reported.
  const old = (await operator.get(`/complaints/${closing.number}`)).body;
  t.match(old, { street: { code: '110109104', name: '军庄镇' }, lead: { code: '110109104' } });
  const street = await as('handler', '110109104');
  const { id } = closing.orders[0];
  t.match(await street.post(`/orders/${id}/sign`), { status: 200, body: { unit: { name: /军庄镇/ } } });
  const { body: report } = await (await as('analyst')).get('/reports/rates?by=street&from=2026-11-01&to=2026-12-31');
  const row = report.items.find(({ key }: { key: string }) => key === '110109104');
  t.match(row, { name: '军庄镇', volume: 2 });

  const { body } = await admin.get('/catalog/changes');
  t.match(body.items, [
    { actor: '区划科', reason: '年度调整', validFrom: day, version: made.version, rules: [], divisions: made.change },
  ]);
  const { body: list } = await admin.get('/catalog/divisions?parent=110111&limit=500');
  t.match(
    list.items.find(({ code }: { code: string }) => code === '110111104'),
    { name: '石楼新镇', validFrom: day, validTo: null },
  );
});

t.test('loading the files again does not undo an import', async (t) => {
  const { load, connection, clock, ctx } = await service(t);
  const { version } = await load(newerList(edits));
  const seeds = readSeeds();
  t.match(await seed(connection.db, seeds, clock.now), { loaded: false, version, imported: day });
  t.match(await seed(connection.db, { ...seeds, hash: 'another' }, clock.now), { loaded: true, imported: day });
  await ctx.refresh();
  const { divisions, units } = ctx.judgeAt(new Date('2026-12-01T12:00:00+08:00')).catalog;
  t.equal(divisions.get('110109104'), undefined);
  t.equal(divisions.get('110111104')?.name, '石楼新镇');
  t.equal(units.get('110109104'), undefined);
  t.equal(units.get('110105099')?.name, '朝阳区灯塔街道办事处');
  // The files may say what the new unit is called and does.
  const own = seeds.data.units.find(({ code }) => code === '110105026');
  if (own === undefined) throw new Error('the seeds lack 望京街道');
  const named = { ...own, code: '110105099', name: '灯塔街道办', division: '110105099', validFrom: day };
  const data = { ...seeds.data, units: [...seeds.data.units, named] };
  await seed(connection.db, { ...seeds, data, hash: 'third' }, clock.now);
  await ctx.refresh();
  t.equal(ctx.judgeAt(new Date('2026-12-01T12:00:00+08:00')).catalog.units.get('110105099')?.name, '灯塔街道办');
});

t.test('a list may be set right, and later ones follow', async (t) => {
  const { load, ctx, counts } = await service(t);
  await load(newerList(edits));
  const { past } = await counts();
  // On the same day: the street is not closed after all, and bears a third name.
  await load(newerList({ change: { '110111104': ['石楼镇', '石楼大镇'] } }));
  const on = (date: string) => ctx.judgeAt(new Date(`${date}T12:00:00+08:00`)).catalog;
  t.match(on('2026-11-30').divisions.get('110111104'), { name: '石楼镇', validTo: day });
  t.match(on(day).divisions.get('110111104'), { name: '石楼大镇', validFrom: day, validTo: null });
  t.match(on(day).divisions.get('110109104'), { name: '军庄镇', validFrom: '2023-06-30', validTo: null });
  t.match(on(day).units.get('110109104'), { validTo: null });
  t.equal(on(day).divisions.get('110105099'), undefined, 'what was to come does not');
  t.equal((await counts()).past, past);
  await load(newerList({}), { from: '2027-02-01' });
  t.equal(on('2027-01-31').divisions.get('110111104')?.name, '石楼大镇');
  t.match(on('2027-02-01').divisions.get('110111104'), { name: '石楼镇', validFrom: '2027-02-01' });
  t.match(on('2026-11-30').divisions.get('110111104'), { name: '石楼镇' });
});

t.test('what is not sound is refused as a whole with line and reason', async (t) => {
  const { told, counts, ctx } = await service(t);
  const before = await counts();
  const { version } = ctx.catalogRows();
  const added = (...rows: string[]) => told(newerList({ add: rows }));
  const line = listed + 1;
  const row = (code: string, name: string, kind: string, parent: string) =>
    `${code},${name},${kind},${parent},,,,2026-01-01,`;
  t.same(await added(row('110105026', '望京', 'street', '110105')), [
    `new.csv:${line} “110105026” 重复，已见于第 76 行`,
  ]);
  t.same(await added(row('110105099', '灯塔街道', 'street', '110199')), [`new.csv:${line} 上级 “110199” 不存在`]);
  t.same(await added(row('110106099', '灯塔街道', 'street', '110105')), [
    `new.csv:${line} 编码应以上级的 “110105” 开头`,
  ]);
  t.same(await added(row('110105099', '灯塔街道', 'street', '110000')), [
    `new.csv:${line} 上级 “110000” 的级别应为 district`,
  ]);
  t.same(await added('110105099,灯塔街道,street,110105,,,NOBODY,2026-01-01,'), [
    `new.csv:${line} 承办单位 “NOBODY” 不存在`,
    `new.csv:${line} 没有负责该区划的单位 “NOBODY”`,
  ]);
  t.same(await added('110105499,灯塔园区,street,110105,,1,,2026-01-01,'), [
    `new.csv:${line} 没有负责该区划的单位 “110105499”`,
  ]);
  t.same(await added('110105099,灯塔街道,street,110105,,,,2027-01-01,'), [
    `new.csv:${line} valid_from 2027-01-01 晚于生效日 ${day}`,
  ]);
  t.same(await added('110105099,灯塔街道,town,110105,,,,2026-01-01,'), [
    `new.csv:${line} 列 kind：应为 city、district、street、community 之一，实为“town”`,
  ]);
  const orphans = await told(newerList({ without: ['110109104,'] }));
  t.match(orphans[0], /^new\.csv:\d+ 上级 “110109104” 不存在$/);
  t.match(await told(newerList({}), '2023-01-01'), [/生效日 2023-01-01 早于已有的 2023-06-30/]);
  t.match(await told('code,name\n'), [/表头缺少列 kind/]);
  t.match((await told(newerList({ without: ['110000'] })))[0], /名单没有市一级的一行/);
  t.match(
    (await told(newerList({ change: { '110000': ['110000,北京市', '120000,天津市'] } })))[0],
    /名单是 天津市（120000）的，数据库里是 北京市（110000）/,
  );
  t.same(await counts(), before);
  t.equal(ctx.catalogRows().version, version, 'the running catalogue stays in force');
});

t.test('two imports at once: neither is lost unseen', async (t) => {
  const { load, counts } = await service(t);
  const { changes } = await counts();
  const names = ['石楼甲镇', '石楼乙镇', '石楼丙镇'];
  const done = await Promise.allSettled(
    names.map((name) => load(newerList({ change: { '110111104': ['石楼镇', name] } }))),
  );
  const made = done.filter(({ status }) => status === 'fulfilled').length;
  for (const one of done) if (one.status === 'rejected') t.match(one.reason, { code: 'CONFLICT' });
  t.ok(made >= 1);
  t.equal((await counts()).changes, Number(changes) + made);
});

t.test('rows that point at what is closed are listed', async (t) => {
  const { told, counts } = await service(t);
  const before = await counts();
  // 荣华街道 has landmarks or areas, units by place, and a unit of its own.
  const found = await told(newerList({ without: ['110115012'] }));
  t.ok(
    found.some((one) =>
      one.startsWith('local-units.csv:0 “heating 110115012” 指向的区划 110115012 荣华街道从 2026-12-01 起撤销'),
    ),
    found.join('\n'),
  );
  const wide = await told(newerList({ without: ['110115'] }));
  for (const file of ['rules.csv', 'local-units.csv', 'landmarks.csv', 'areas.csv'])
    t.ok(
      wide.some((one) => one.startsWith(`${file}:0 `)),
      file,
    );
  t.same(await counts(), before);
});
