/** Cleaning: nothing told beside the picture is left, the picture is left byte for byte, the orientation survives; broken files are refused. */
import fc from 'fast-check';
import t from 'tap';
import { kindOf } from '../../src/media/kinds.ts';
import { readOrientation, writeOrientation } from '../../src/media/tiff.ts';
import { exif, gif, heic, iccProfile, jpeg, jpegPicture, m4a, plain, png, refusedFiles, webp } from './samples.ts';

const makers = { jpeg, png, webp, gif, heic, m4a };
/** What is told, found again wherever it is left. */
const told = fc.uint8Array({ maxLength: 60 }).map((more) => Buffer.concat([Buffer.from('JIESU-TOLD'), more]));
const data = fc.uint8Array({ minLength: 12, maxLength: 600 });

async function clean(file: Buffer): Promise<Buffer | null> {
  const kind = await kindOf(file.subarray(0, 4100));
  const pieces = kind?.clean?.(file);
  return pieces == null ? null : Buffer.concat(pieces);
}

for (const [name, make] of Object.entries(makers)) {
  t.test(name, async (t) => {
    await fc.assert(
      fc.asyncProperty(data, told, async (data, told) => {
        const given = make(data, told);
        const cleaned = await clean(given);
        if (cleaned === null) return false;
        const again = await clean(cleaned);
        return (
          given.includes('JIESU-TOLD') &&
          !cleaned.includes('JIESU-TOLD') &&
          !cleaned.includes('GPS') &&
          cleaned.includes(name === 'jpeg' ? jpegPicture(data) : Buffer.from(data.subarray(0, 255))) &&
          again?.equals(cleaned) === true
        );
      }),
    );
    await fc.assert(
      fc.asyncProperty(data, told, fc.nat(), fc.nat(255), async (data, told, place, byte) => {
        const whole = make(data, told);
        const at = place % whole.length;
        const changed = Buffer.from(whole);
        changed.writeUInt8(byte, at);
        await clean(changed);
        await clean(whole.subarray(0, at));
        return true;
      }),
      { numRuns: 500 },
    );
    t.pass('whatever is broken is refused, never thrown over');
    const small = Buffer.from('told');
    const whole = make(Buffer.alloc(40, 5), small);
    t.equal(await clean(whole.subarray(0, whole.length - small.length - 18)), null, 'cut short');
  });
}

t.test('the picture stays as it is', async (t) => {
  const bytes = Buffer.from('picture data, long enough to be one');
  const kept = await clean(jpeg(bytes, Buffer.from('told')));
  t.ok(kept?.includes(iccProfile), 'its colours');
  t.ok(kept?.includes('Adobe'), 'and how they are coded');
  const heif = await clean(heic(bytes, Buffer.from('told')));
  t.equal(heif?.length, heic(bytes, Buffer.from('told')).length, 'nothing moves');
  t.ok(heif?.includes('irot'), 'which way up a HEIC is stands in its properties');
  const sound = m4a(bytes, Buffer.from('told'));
  t.equal((await clean(sound))?.length, sound.length);
  t.ok((await clean(gif(bytes, Buffer.from('told'))))?.includes('NETSCAPE2.0'), 'an animation goes on');
});

t.test('orientation survives, and only it', async (t) => {
  for (const orientation of [1, 2, 3, 6, 8, 9]) {
    const turned = orientation >= 2 && orientation <= 8;
    t.equal(readOrientation(exif(orientation, Buffer.from('told'))), turned ? orientation : null);
    if (turned) t.equal(readOrientation(writeOrientation(orientation)), orientation);
    for (const make of [jpeg, png, webp]) {
      const cleaned = await clean(make(Buffer.alloc(30, 9), Buffer.from('told'), orientation));
      const found = cleaned?.indexOf(writeOrientation(orientation)) ?? -1;
      t.equal(found > 0, turned, `${make.name} ${orientation}`);
    }
  }
  const flags = (await clean(webp(Buffer.alloc(30), Buffer.from('told'), 1)))?.readUInt8(20);
  t.equal(flags, 0x20, 'the header of a WebP says that Exif and XMP are gone');
});

t.test('types by content', async (t) => {
  const expected = {
    ...plain,
    jpg: jpeg(Buffer.alloc(9), Buffer.from('x')),
    heic: heic(Buffer.alloc(9), Buffer.from('x')),
  };
  for (const [extension, file] of Object.entries(expected)) t.equal((await kindOf(file))?.extension, extension);
  const recorded = m4a(Buffer.alloc(50), Buffer.from('x'), 'soun', 'mp42');
  t.equal((await kindOf(recorded))?.type, 'audio/mp4', 'sound in an MP4');
  t.ok(await clean(recorded));
  for (const [what, file] of Object.entries(refusedFiles)) {
    const kind = await kindOf(file);
    t.ok(kind === null || kind.clean?.(file) === null, `${what} is refused`);
  }
});
