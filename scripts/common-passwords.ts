/**
 * Writes seeds/common-passwords.txt: what people choose who must choose a long password, by our own knowledge of habits, not out of any
 * leaked list. Words, and words with the digits that usually follow; the check takes off digits and signs around a word by itself.
 * Run: node --import tsx scripts/common-passwords.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const list = (text: string) => text.trim().split(/\s+/);

const keyboard =
  list(`qwerty qwertyuiop qwertyuiopasdf asdfgh asdfghjkl asdfghjklzxcvbnm zxcvbn zxcvbnm zxcvbnmasdfghjkl qazwsx
  qazwsxedc qazwsxedcrfv qazwsxedcrfvtgb 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1q2w3e4r5t6y q1w2e3r4t5y6 1q2w3e4r5t6y7u8i qweasd qweasdzxc
  qweasdzxc123 asdzxcqwe zaqxsw zaqwsx zaqxswcde poiuytrewq lkjhgfdsa mnbvcxz qwer asdf zxcv qwertasdfg abcdefg abcdefgh abcdefghijkl
  abcdefghijklm abcabcabcabc aabbccddeeff a1b2c3d4e5f6 abc123abc123 qwe123qwe123 asd123asd123 123qweasdzxc 123qwe123qwe 1a2b3c4d5e6f
  123456qwerty 123456abcdef 123456789abc 1234567890qwe 12345678abcd 11223344aabb aa123456789 a123456789 abc123456789 q123456789`);

const english =
  list(`password passw0rd passwordpassword administrator admin adminadmin adminpassword letmein letmeinplease welcome
  welcometo iloveyou iloveyouforever iloveyousomuch ilovechina ilovebeijing sunshine princess dragon monkey football baseball basketball
  superman batman spiderman starwars pokemon master mustang shadow michael jennifer charlie jordan freedom whatever trustno changeme
  changemenow changeit changepassword newpassword mypassword thisismypassword secret topsecret default guest test testtest testing
  tester system sysadmin root rootroot toor server service support helpdesk manager operator user username login loginlogin access
  account computer internet windows microsoft google android iphone samsung huawei xiaomi alibaba tencent wechat weixin oracle mysql
  postgres redis docker kubernetes linux ubuntu centos cisco database demo example sample public private company office work hello
  helloworld helloworldhello goodluck goodmorning happybirthday happynewyear happyday lovely beautiful friends family forever together
  angel sweet chocolate banana orange apple summer winter spring autumn january february march april june july august september october
  november december monday tuesday wednesday thursday friday saturday sunday london newyork america correcthorsebatterystaple
  letmeinletmein opensesame abracadabra security securitysecurity hotline callcenter government`);

/** Words of love and luck, names of places and of this work, in pinyin. */
const pinyin =
  list(`woaini woaiwojia woaibeijing woaizhongguo woaiwode woaiwo woaixuexi woaigongzuo woaichifan woaita woainima
  woaibaobao woaimama woaibaba woaiwoziji aini ainiyiwannian ainibubian ainiyisheng yishengyishi yishiyisheng yiwannian zhiziyushou
  tianchangdijiu baiyuandaolao xingfu xingfuyijia xingfumeiman kuaile kuailexingfu shengrikuaile xinniankuaile gongxifacai facaile
  dafacai wanshiruyi xinxiangshicheng pingan pinganxingfu jixiang jixiangruyi shunfeng yilushunfeng yilupingan jiankang chenggong
  jiayou zhongguojiayou fendou nuli haohaoxuexi tiantianxiangshang nihao nihaoma nihaoshijie dajiahao zaijian xiexie duibuqi meiguanxi
  baobei qinaide laogong laopo mama baba nainai yeye gege jiejie didi meimei erzi nver tongxue pengyou haopengyou laoshi tongshi
  zhongguo zhonghua zhonghuarenmin renmin guojia zuguo gongchandang beijing beijinghuanyingni shanghai guangzhou shenzhen tianjin
  chongqing chengdu hangzhou nanjing wuhan xian suzhou zhengzhou changsha shenyang dalian qingdao jinan harbin haerbin changchun
  xiamen fuzhou ningbo hefei kunming guiyang nanning haikou lanzhou taiyuan shijiazhuang nanchang wulumuqi lasa yinchuan xining
  huhehaote zhuhai dongguan foshan wuxi wenzhou chaoyang haidian dongcheng xicheng fengtai shijingshan tongzhou shunyi daxing
  changping huairou pinggu miyun yanqing fangshan mentougou wangjing zhongguancun tiananmen changcheng gugong
  jiesujiban jiesu shiminrexian rexian zhengfu zhengwu zhengwufuwu jiedao shequ banshichu wangge paichusuo chengguan minzheng weiwenban
  gongzuo gongzuorenyuan guanliyuan guanli yonghu yonghuming mima mimamima wodemima woshimima chushimima morenmima denglu xitong
  xitongguanliyuan ceshi ceshizhanghao ceshimima zhanghao fuwuqi wangluo diannao shouji dianhua kefu zuoxi huawuyuan paidanyuan banliyuan
  shenheyuan lingdao juzhang chuzhang kezhang zhuren shuji zhurenhao wangwei wangfang lina liwei zhangwei zhangmin liujun liuyang
  chenjing chenwei yangguang yangyang zhaolei huangwei zhoujie wuwei xuwei sunli mali zhuli huwei guowei linlin heping gaofeng liangwei
  zhengshuang luohao songjia xiaoming xiaohong xiaoli xiaowang xiaozhang laowang zhangsan lisi wangwu zhaoliu zhangsanlisi
  tiantian mingming lili lele dudu doudou maomao huahua niuniu yuanyuan xinxin jiajia beibei jingjing huanhuan yingying nini
  taiyang yueliang xingxing tiankong dahai gaoshan liushui chuntian xiatian qiutian dongtian meihua lanhua zhuzi juhua mudan
  shuguo pingguo xiangjiao xigua putao caomei niurou jirou huoguo malatang kaoya jiaozi mantou miantiao
  longteng longfei longmabenteng zhanlang qifei tengfei fuqiang minzhu wenming hexie ziyou pingdeng gongzheng fazhi aiguo jingye chengxin
  youshan buwangchuxin laojishiming weirenminfuwu renminweizhongxin xinshidai zhongguomeng`);

/** What usually follows: runs, luck, love, years of birth, the hotline's own number. */
const tails =
  list(`123 1234 12345 123456 1234567 12345678 123456789 321 111 1111 111111 000 000000 666 6666 666666 888 8888 888888 999
  520 5201314 1314 1314520 521 168 518 12345! 123! 123. 123@ @123 @12345 #123 2020 2021 2022 2023 2024 2025 2026 1980 1985 1988 1990 1995
  2000 2008 2018 110 119 120 12345hotline`);

const words = [...new Set([...english, ...pinyin])].toSorted();
const enough = 12;
/** Whole ones where word and tail together pass the least length: the rest would be refused for being short. */
const combined = pinyin.flatMap((word, at) =>
  tails.filter((_, n) => (n + at) % 9 === 0).map((tail) => `${word}${tail}`),
);
const all = [...new Set([...keyboard, ...words, ...combined.filter((text) => text.length >= enough)])].toSorted();
const head = [
  '# 常见密码，一行一个：不能用作密码。判断时先去掉两端的数字和符号，所以列一个词就够，如 woaini 也拒绝 woaini20081314。',
  '# 由 scripts/common-passwords.ts 生成；本市自己的（局里常用的、旧系统的初始密码）可以接着加在后面。',
];
const file = fileURLToPath(new URL('../seeds/common-passwords.txt', import.meta.url));
writeFileSync(file, `${[...head, ...all].join('\n')}\n`);
