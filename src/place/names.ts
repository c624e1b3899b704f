/**
 * How Chinese place names are written: folding, bases, numbers, estates, and the ordinary words that are no place.
 * Generic knowledge of China only; what belongs to one city comes from its divisions and areas.
 */
import { buildReplacements, normalize, replaceUnits } from '../text/normalize.ts';

const FOLD = buildReplacements((unit) => {
  const code = normalize(String.fromCharCode(unit)).charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return foldAscii(code - 0xfee0);
  if (code === 0x3000) return 0x20;
  const digit = '零一二三四五六七八九'.indexOf(String.fromCharCode(code));
  if (digit >= 0) return 0x30 + digit;
  return code === 0x3007 ? 0x30 : foldAscii(code);
});

function foldAscii(code: number): number {
  return code >= 0x61 && code <= 0x7a ? code - 0x20 : code;
}

/**
 * One spelling for comparison: half-width, simplified, capital letters, 一 … 九 as digits. Every UTF-16 unit maps to exactly one, so
 * that a span found in the folded text is the same span of the original.
 */
export function fold(text: string): string {
  return replaceUnits(text, FOLD);
}

/** The peoples a township may be named by, as a pattern. */
export const PEOPLES = '(?:(?:回|满|蒙古|朝鲜|畲|苗|侗|瑶|壮|彝|藏|白|傣|黎|土家|布依|哈尼|维吾尔)族)';
const STREET_END = new RegExp(`(?:街道|地区)(?:办事处)?$|${PEOPLES}*[镇乡]$`);
const BODY_END =
  /(?:居民委员会|村民委员会|居委会|村委会|治理委员会|委员会|居民|村民|社区|虚拟|工作站|村?股份经济合作社生活区)$/;

/** The name of a street, town or township without its ending; the whole name where one character would be left. */
export function streetBase(folded: string): string {
  const base = folded.replace(STREET_END, '');
  return base.length > 1 ? base : folded;
}

/** The name of a district, county or city without 区, 县, 市, 旗; a development zone keeps its whole name. */
export function districtBase(folded: string): string {
  const base = folded.replace(/(?:市辖)?[区县市旗]$/, '');
  return base.length > 1 && !/(?:开发|新|园|景|示范)$/.test(base) ? base : folded;
}

/** Whether the name is that of a village, whatever its committee is called. */
export function isVillage(name: string): boolean {
  return /村$|村委会$|村民委员会$/.test(name);
}

/** The name of a community or village without 社区, 村, and the committees. */
export function communityBase(folded: string): string {
  let base = folded;
  for (let cut = base.replace(BODY_END, ''); cut !== base && cut.length > 1; cut = base.replace(BODY_END, ''))
    base = cut;
  return isVillage(folded) && base.length > 2 ? base.replace(/(?<!\d)村$/, '') : base;
}

/** 十二 ↔ 12 in a folded name (so 十2), in both directions. */
function otherNumbers(base: string): string[] {
  const arabic = base.replace(/(\d?)十(\d?)/g, (_, tens: string, ones: string) => `${tens || 1}${ones || 0}`);
  const chinese = base.replace(/(?<!\d)([1-9])(\d)(?!\d)/g, (_, tens: string, ones: string) => {
    return `${tens === '1' ? '' : tens}十${ones === '0' ? '' : ones}`;
  });
  return [arabic, chinese].filter((other) => other !== base);
}

/** Other ways to write the name of a community: 第二社区 = 二区, 四区 = 四社区, 东四五 = 东四区 and 东五区, X东苑第三 = X苑东三区. */
export function spellings(base: string): string[] {
  const found = otherNumbers(base);
  const plain = base.replace(/\([^()]*\)/, '');
  if (plain !== base && plain.length > 3) found.push(plain);
  const numbered = /^(.*?[^\d第十])(第?)(\d)(区?)$/.exec(base);
  if (numbered) {
    const [, stem = '', , number = ''] = numbered;
    for (const part of ['', '第']) for (const end of ['区', '社区']) found.push(`${stem}${part}${number}${end}`);
  }
  const several = /^(.*[^\d第十])(\d{2,4})(区?)$/.exec(base);
  // 四五 stands for two neighbours only when they count up; 24 is a house number
  if (
    several &&
    [...(several[2] ?? '')].every((digit, i, all) => i === 0 || Number(digit) === Number(all[i - 1]) + 1)
  ) {
    for (const number of several[2] ?? '') found.push(`${several[1]}${number}区`);
  }
  const turned = /^(.{2,})([东西南北中])([苑园里])第?(\d)[东西南北]?$/.exec(base);
  if (turned) found.push(`${turned[1]}${turned[3]}${turned[2]}${turned[4]}区`);
  return found.filter((spelling) => spelling !== base);
}

/** Whether a base may stand alone: 芍药居5 would also be found in 芍药居5号楼. */
export function standsAlone(base: string): boolean {
  return !/[^\d第]\d$/.test(base);
}

const ESTATE = /(?:家园|花园|嘉园|佳苑|新村|新城|小区|苑|园)(?=[^路街桥])/g;

/** The estates a community's name is built from: 花家地西里3区 → 花家地西里, 花家地; 北苑家园清友园 → 北苑家园. */
export function estates(base: string): string[] {
  const found = new Set([...base.matchAll(ESTATE)].map((end) => base.slice(0, end.index + end[0].length)));
  let rest = base;
  for (let round = 0; round < 4; round += 1) {
    const cut = /第?[\d十]/.test(rest.slice(-4))
      ? rest.replace(/(?:第|(?<![\d十]))[\d十]+(?:号院|号|区|里|院)?[东西南北]?$/, '')
      : rest.replace(/[东西南北中](?:区|里|园|院|苑|坊)?$/, '');
    if (cut === rest) break;
    rest = cut;
    found.add(rest);
  }
  found.delete(base);
  // A road passes several streets, and what is left of two characters may be anything
  return [...found].filter((name) => name.length >= 3 && !/(?:路|街|条|胡同|\d|第)$/.test(name) && !isOrdinary(name));
}

const ORDINARY = new Set(
  `和平 建设 团结 新村 光明 东风 胜利 幸福 曙光 清水 温泉 古城 八角 平房 果园 鼓楼 滨河 安定 长安 花园 向阳 迎风 东升
  前门 天桥 城关 城北 城南 城子 新镇 新华 四海 渤海 旧县 空港 仁和 荣华 文景 延寿 百善 儒林 王平
  文化 友谊 解放 民主 人民 振兴 富强 兴华
  红旗 前进 先锋 跃进 阳光 时代 绿色 春风 朝阳 青年 学院 科技 体育 工业 商业 车站 迎宾 新建 机场 公园 花果 新兴 兴旺
  教育部 卫生部 建设部 科技部 电信局 中科院 科学院 农科院 农学院 师范大学 农业大学 工商大学 人民大学 国防大学 中央党校 新华社
  军乐团 肿瘤医院 水泥厂 桥梁厂 化工厂 新农村 新天地 碧桂园 商业街 商务区 中心区 科技园 开发区 工业区 生活区 飞机场 航空港
  航天城 大学城 发电站 新房子 三岔口 分水岭 金三角 中心村 民主村 葡萄园 玫瑰园 樱桃园 花果山 太阳城 彩虹城 欢乐谷 华侨城
  美丽园 红房子 仙人洞 南天门 公园北 天河水 百草园 体育总局`
    .split(/\s+/)
    .map(fold),
);
/** Names of two characters that are words too, or that any county has. Only what stands right beside them makes them places. */
const COMMON = new Set(
  `吉祥 大兴 国旺 民安 青龙 总院 新鲜 苏州 站东 化工 兴化 总政 桃园 景泰 钟声 育德 大觉 德宝 文昌 手帕 民康 丰盛 西巷
  白米 景山 西海 前海 石头 百顺 永光 龙泉 广源 名苑 秀水 月河 小庄 新街 外馆 冬奥 晨光 丽景 红庙 大望 富力 光环 远景 金海 东郊 石门
  世纪 圣星 宝星 江南 双泉 国奥 新生 华美 电建 润泽 东湾 海棠 望湖 东庄 永乐 丽湾 蓝调 新城 北关 陈庄 翠园 景园 秀园 芳园 春园 大井 南宫 天翔 下庄
  铸造 东山 永红 航天 进口 增光 水文 鼎力 徐庄 5路 软件 空间 立新 新区 飞达 校内 北航 北医 防化 梅园 菊园 竹园 兰园 农科 永达 山南 前屯 创客 宝山
  玉泉 西山 常青 高庄 冷泉 河北 永新 新桥 桥东 广场 大台 西苑 永兴 永安 嘉园 小园 南城 城东 南关 红光 夏庄 绿城 铁路 高岭 西营 如意 帅府 西关 星河
  芙蓉 宽街 景盛 通和 怡然 永济 太平 双拥 蓝天 燕京 双龙 首航 金地 顺兴 政法 永利 行宫 念头 东辰 万龙 龙城 北新 北庄 康居 兴水 建兴 星岛 星光 欣荣
  同兴 同庆 兴都 兴宇 融汇 茉莉 绿地 恒盛 善康 滨湖 湖光 北园 丽湖 西园 金山 府前 新星 园丁 腾龙 汇景 新农 腾飞 石桥 沿湖 铁矿 正阳 北山 北头 东进
  湖南 东外 恒安 双路 泰安 和润 庆园 集贤 康安 明珠 福荣 牌坊 新房 金家 小店 长店 台头 常乐 双塔 上岸 平原 高台 松树 田庄 杨家 张家 吕家 龙王 台上
  南庄 大沟 禅房 黄台 北市 东坟 官道 富庄 车厂 山口 官地 李庄 白庄 周庄 福兴 古庄 庄头 万里 窑上 官庄 东关 后店 张庄 吴庄 安庄 赵庄 板桥 河口 2站 马厂
  大宁 西场 河东 东港 河南 南道 下滩 南河 水头 平峪 西河 卧龙 3合 4合 5合 6合 大马 小马 岗上 上万 口头 崇义 天开 堂上 北安 南安 西安 山川 中山 富合
  宋庄 任庄 菜园 港北 管头 大白 小白 富豪 张湾 上店 马营 王楼 南阳 后地 沈庄 马头 毛庄 马庄 曹庄 龙庄 东店 胡庄 桥上 上坡 王庄 前营 口子 大地 新河 水南
  丁庄 东河 胡家 魏庄 大营 范庄 刘庄 孙庄 砖厂 公庄 神仙 渠头 枣林 复兴 北兴 临河 楼台 桃山 龙山 杜庄 沟东 下坡 白塔 金牛 先进 禾丰 安乐 衙门 向前 泥河
  军营 水坡 羊房 临清 后桥 洼子 北河 沿河 史庄 永青 安里 堡子 沟北 牌楼 双营 道口 桥头 林上 仓上 庄子 东地 小塘 大塘 大段 小段 良山 朱庄 孝德 茶棚 大林
  榆林 寺上 联庄 河庄 雪山 龙潭 新元 土城 横桥 宏道 土楼 小寨 大洼 单家 店上 何营 官高 桃林 象房 下店 岭上 泥洼 新开 涧头 南新 下口 上口 西湖 湖门 木厂
  百合 大庄 北店 站上 高店 平地 黎明 中心 东安 繁荣 民生 求贤 梨花 新立 长元 石片 仙台 红林 新峰 新地 北沟 花木 东宫 西台 东峪 对石 转年 阳坡 碾子 后沟
  中桥 南营 塔寺 海子 滑子 南山 安固 天井 太后 放光 关上 东沟 建新 兴盛 岭东 双井 水泉 平头 金沟 两河 中庄 前厂 塘子 羊山 桑园 南沟 马场 下会 下河 河西
  大岭 小岭 土门 营房 小口 坡头 红星 南园 河湾 前山 团山 花盆 冯庄 北梁 铁炉 营盘 小川 东边 庙梁 小铺 南地 北地 前沿 7级 8口 8家 局里 3岔 精忠 国风 沙门 石梯 沙锅 总装 中化 中纺 中直 3环 4环 龙头 门楼`
    .split(/\s+/)
    .map(fold),
);
const GENERIC_END = /(?:路|街|里|村|园|家园|花园|小区|新村|苑|大院|楼|广场)$/;
const GENERIC =
  /^(?:[\d十百第]+(?:条|区|里|街|村|队|号院|号|院|组|楼)?|[东西南北中前后上下]?[大小]?(?:[街路院门区里楼]|门口)?[东西南北\d]?)$/;

/** Whether a name is a bare number (三村, 七区) and names a place only beside the one it counts in. */
export function isCount(folded: string): boolean {
  return /^第?[\d十]+[区街村里条队组]?$/.test(folded);
}

/** Whether a name is itself an ordinary word (新农村), as it stands. */
export function isWord(folded: string): boolean {
  return ORDINARY.has(folded);
}

/** Whether a name is also an ordinary word, a bare number or a direction, and says nothing without its ending. */
export function isOrdinary(folded: string): boolean {
  if (isWord(folded) || GENERIC.test(folded)) return true;
  return /(?:部|局|公司|集团)$/.test(folded) || ORDINARY.has(folded.replace(GENERIC_END, ''));
}

/** Whether a name is an ordinary word with 里, which makes it a neighbourhood's where it stands for a place at all (曙光里). */
export function isLane(folded: string): boolean {
  return folded.endsWith('里') && !isWord(folded) && isWord(folded.slice(0, -1));
}

/** Whether a name of two characters is a word too, or as common as one. */
export function isCommon(folded: string): boolean {
  return COMMON.has(folded);
}

/** What any estate is named with (永安, 北山), and the builders, trades and works whose staff lives in theirs. */
const PLAIN =
  /^(?:[东西南北中前后上下大小新老高山河湖海江水沿滨石城园苑关桥店营街路庄村口沟台地场厂塘林永安兴平和福吉祥太乐康金绿阳光春龙华美景秀翠明星]{2}|\d.|富力|绿地|首航|世纪|融汇|恒盛|化工|航天|铁路|铁矿|电建|软件|空间|广场|进口|校内|总院|总装|总政|站东|新区|立新|石头|蓝天|明珠|如意|东郊|嘉园|名苑)$/;

/** Whether a common name may be that of several estates, so that one in the list says little of another text's. */
export function isPlain(folded: string): boolean {
  return PLAIN.test(folded);
}

/** Words that hold a place's name by accident: 以上地方, 交通运输, 权利和义务. They are matched and thrown away. */
export const accidents: readonly string[] =
  `以上地 加上地 上地方 上地铁 交通运输 和义务 正常营 照常营 经常营 常营业 日常营 东4环 家长沟通 校长沟通 长沟通 建外网 构建外 平房子 平房屋
  大兴土木 大兴调查 安定团结 不安定 安定性 清水衙门 莲花乡 截流村 朝阳产业 朝阳行业 向阳面 朝阳面 朝阳户 人和平 旧宫廷 万平方 亦庄亦谐 双丰收 天竺葵 天竺鼠 沙河粉 梨园弟子 梨园戏 卫星城 电力机 礼贤下士 正本清源 金盏花 高岭土 那时村 当时村 有时村 路村村通 年宫门口 化宫门口
  3间房子 3间房屋 有3间房 里3间房 的3间房 了3间房 盖3间房 两间房子 两间房屋 有两间房 的两间房 了两间房`
    .split(/\s+/)
    .map(fold);

/** Provinces with their prefectures, by their short names (GB/T 2260). */
export const provinces: Readonly<Record<string, string>> = {
  北京: '',
  天津: '',
  上海: '',
  重庆: '',
  香港: '',
  澳门: '',
  台湾: '',
  河北: '石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水',
  山西: '太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁',
  内蒙古: '呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安 锡林郭勒 阿拉善',
  辽宁: '沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛',
  吉林: '长春 吉林 四平 辽源 通化 白山 松原 白城 延边',
  黑龙江: '哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭',
  江苏: '南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁',
  浙江: '杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水',
  安徽: '合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城',
  福建: '福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德',
  江西: '南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶',
  山东: '济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽',
  河南: '郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店',
  湖北: '武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施',
  湖南: '长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西',
  广东: '广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮',
  广西: '南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左',
  海南: '海口 三亚 三沙 儋州',
  四川: '成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山',
  贵州: '贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南',
  云南: '昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆',
  西藏: '拉萨 日喀则 昌都 林芝 山南 那曲 阿里',
  陕西: '西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛',
  甘肃: '兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南',
  青海: '西宁 海东 海北 黄南 海南 果洛 玉树 海西',
  宁夏: '银川 石嘴山 吴忠 固原 中卫',
  新疆: '乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 和田 伊犁 塔城 阿勒泰',
};
