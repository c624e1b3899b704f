/** File names from strangers. */
import fc from 'fast-check';
import t from 'tap';
import { cleanName, disposition } from '../../src/attachment/name.ts';

const jpg = { extension: 'jpg', aliases: ['jpeg'] };

t.test('cleaned', async (t) => {
  const cases: [string, string][] = [
    ['楼道.jpg', '楼道.jpg'],
    ['楼道.JPEG', '楼道.jpg'],
    ['setup.exe', 'setup.exe.jpg'],
    ['photo', 'photo.jpg'],
    ['../../etc/passwd', 'passwd.jpg'],
    ['..\\..\\boot.ini', 'boot.ini.jpg'],
    ['/', '附件.jpg'],
    ['', '附件.jpg'],
    ['...', '附件.jpg'],
    ['.jpg', '附件.jpg'],
    ['.htaccess', 'htaccess.jpg'],
    ['a\u202Egpj.exe', 'agpj.exe.jpg'],
    ['a\u2066b\u200Bc\uFEFF.jpg', 'abc.jpg'],
    ['a\r\nSet-Cookie: x=1.jpg', 'aSet-Cookie x=1.jpg'],
    ['a\u0000.jpg', 'a.jpg'],
    ['a\uD800b.jpg', 'ab.jpg'],
    ['e\u0301.jpg', '\u00e9.jpg'],
    ['a"; filename="b.jpg', 'a; filename=b.jpg'],
    ['C:\\照片\\一.jpg', '一.jpg'],
    [`${'长'.repeat(300)}.jpg`, `${'长'.repeat(196)}.jpg`],
    [`${'😀'.repeat(300)}.jpg`, `${'😀'.repeat(196)}.jpg`],
  ];
  for (const [given, expected] of cases) t.equal(cleanName(given, jpg), expected, JSON.stringify(given.slice(0, 30)));
});

t.test('whatever the name', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = cleanName(given, jpg);
      const header = disposition(name);
      return (
        !/[\p{Cc}\p{Cf}\p{Cs}/\\]/u.test(name) &&
        [...name].length <= 200 &&
        /^[^.].*\.jpg$/u.test(name) &&
        cleanName(name, jpg) === name &&
        /^attachment; filename\*=UTF-8''[\w.~%#$&+^`|-]+$/.test(header) &&
        decodeURIComponent(header.slice(29)) === name
      );
    }),
    { numRuns: 2000 },
  );
  t.pass('is safe in a header and on a disk');
});
