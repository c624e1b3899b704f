/** Where a webhook may go: by the address that is meant, however it is written. */
import fc from 'fast-check';
import t from 'tap';
import { isPublic, parseAllow, readTarget, refusal } from '../../src/outbox/guard.ts';

const none = parseAllow('');
/** What is said of a URL whose host is an address, or of a name found at `addresses`. */
function check(text: string, allow = none, addresses?: string[]): string | null {
  const target = readTarget(text);
  if (typeof target === 'string') return target;
  return refusal(target, addresses ?? (target.isAddress ? [target.host] : []), allow);
}

t.test('the inner network in every notation', async (t) => {
  const hosts = {
    loopback: [
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '127.0.0.1.',
      '127.255.255.254',
    ],
    'loopback in other digits': ['１２７.０.０.１', '127。0。0。1', '①②⑦.0.0.1', '%31%32%37.0.0.1'],
    'loopback of IPv6': ['[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]'],
    'IPv4 inside IPv6': ['[64:ff9b::127.0.0.1]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[::ffff:0:127.0.0.1]'],
    unspecified: ['0.0.0.0', '0', '[::]', '0.1.2.3'],
    private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '0xa.1', '3232235777'],
    'link-local and metadata': ['169.254.169.254', '[fe80::1]', '100.100.100.200', '168.63.129.16', '[fd00:ec2::254]'],
    'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
    'multicast and broadcast': ['224.0.0.1', '239.1.1.1', '[ff02::1]', '255.255.255.255'],
    'unique local, site-local': ['[fc00::1]', '[fdff::1]', '[fec0::1]'],
    reserved: [
      '192.0.2.1',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '240.0.0.1',
      '192.0.0.192',
      '[2001:db8::1]',
      '[100::1]',
    ],
  };
  for (const [what, list] of Object.entries(hosts))
    for (const host of list) t.match(check(`https://${host}/hook`), /不能是内部网络/, `${what}: ${host}`);
});

t.test('what is no address to deliver to', async (t) => {
  const cases: [string, RegExp][] = [
    ['', /不是有效的网址/],
    ['hook', /不是有效的网址/],
    ['https://', /不是有效的网址/],
    ['https://1.2.3.4.5/', /不是有效的网址/],
    ['https://256.1.1.1/', /不是有效的网址/],
    ['https://[::1/', /不是有效的网址/],
    [`https://8.8.8.8/${'x'.repeat(2000)}`, /不是有效的网址/],
    ['ftp://8.8.8.8/', /只能是 https/],
    ['file:///etc/hostname', /只能是 https/],
    ['gopher://127.0.0.1:6379/', /只能是 https/],
    ['http://8.8.8.8/', /只能是 https/],
    ['https://user@8.8.8.8/', /用户名/],
    ['https://8.8.8.8:443@127.0.0.1/', /用户名/],
    ['https://:word@8.8.8.8/', /用户名/],
    ['https://8.8.8.8/#x', /#/],
    ['https://8.8.8.8:22/', /端口/],
    ['https://8.8.8.8:0/', /不是有效的网址/],
    ['https://hooks.example.com/', /查不到/],
  ];
  for (const [url, why] of cases) t.match(check(url), why, url.slice(0, 60));
});

t.test('the open network', async (t) => {
  for (const url of [
    'https://8.8.8.8/',
    'https://8.8.8.8:8443/a?b=c',
    'https://[2606:4700::1111]/',
    'https://134744072/',
  ])
    t.equal(check(url), null, url);
  t.equal(check('https://hooks.example.com/', none, ['8.8.8.8', '2606:4700::1111']), null, 'a name');
  t.match(check('https://hooks.example.com/', none, ['8.8.8.8', '10.0.0.1']), /内部/, 'one bad address spoils all');
  t.match(check('https://localhost./', none, ['::1']), /内部/, 'a name of this machine');
});

t.test('what the operator opens', async (t) => {
  const allow = parseAllow(' 10.20.0.0/16, hooks.city.internal:8080,[fd00::5]:443 ,fd11::/16');
  t.equal(check('http://10.20.3.4:9000/', allow), null, 'an address in a range, with http and any port');
  t.equal(check('http://crm.city.internal/', allow, ['10.20.0.1', 'fd11::2']), null, 'a name found there');
  t.match(check('http://10.21.3.4:9000/', allow), /内部/, 'beside the range');
  t.match(check('http://crm.city.internal/', allow, ['10.20.0.1', '10.0.0.1']), /内部/, 'half inside');
  t.match(
    check('http://crm.city.internal/', allow, ['10.20.0.1', '8.8.8.8']),
    /https/,
    'half open: as strict as the open',
  );
  t.equal(check('http://Hooks.City.Internal:8080/x', allow, ['10.0.0.9']), null, 'a host and port, wherever it stands');
  t.match(check('http://hooks.city.internal:8081/', allow, ['10.0.0.9']), /内部/, 'another port');
  t.match(check('http://x.hooks.city.internal:8080/', allow, ['10.0.0.9']), /内部/, 'a name below it');
  t.equal(check('https://[fd00::5]/', allow), null, 'an IPv6 host and port');
  t.equal(check('http://[::ffff:10.20.3.4]/', allow), null, 'the same address, mapped into IPv6');
  for (const bad of ['10.0.0.0/33', 'host', 'http://host:80', 'host:80/24', '10.0.0.1'])
    t.throws(() => parseAllow(bad), /WEBHOOK_ALLOW/, bad);
});

t.test('no address of the inner ranges is ever public', async (t) => {
  const byte = fc.nat(255);
  const inner = fc.oneof(
    fc.tuple(fc.constantFrom(0, 10, 127), byte, byte, byte),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
    fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
    fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
  );
  fc.assert(
    fc.property(inner, ([a, b, c, d]) => {
      const number = ((a * 256 + b) * 256 + c) * 256 + d;
      const written = [
        `${a}.${b}.${c}.${d}`,
        String(number),
        `0x${number.toString(16)}`,
        `[::ffff:${a}.${b}.${c}.${d}]`,
      ];
      return written.every((host) => check(`https://${host}/`) !== null) && !isPublic(`${a}.${b}.${c}.${d}`);
    }),
    { numRuns: 500 },
  );
  t.pass('in four notations');
});
