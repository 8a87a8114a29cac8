// Checks the generated place with the validators of others. By hand, in a folder with
//   npm install gltf-validator meshoptimizer            (3d-tiles-validator too, where the registry has it)
//   MIRANTE_WORLD_OUT=packed cargo test --release --no-default-features --lib writes_the_place
//   MIRANTE_WORLD_PLAIN=1 MIRANTE_WORLD_OUT=plain cargo test --release --no-default-features --lib writes_the_place
//   node validate.mjs packed plain
// The plain files are what gltf-validator can read to the last vertex; the packed ones must unpack to the same bytes.
import fs from 'node:fs';
import path from 'node:path';
import validator from 'gltf-validator';
import { MeshoptDecoder } from 'meshoptimizer';

const [packed, plain] = process.argv.slice(2);
await MeshoptDecoder.ready;

function glbs(folder) {
  return fs.readdirSync(folder, { recursive: true }).filter((f) => f.endsWith('.glb')).map(String);
}

function load(file) {
  const data = fs.readFileSync(file);
  const length = data.readUInt32LE(12);
  return [JSON.parse(data.subarray(20, 20 + length)), data.subarray(28 + length)];
}

// A triangle may come out turned: start each at its lowest index.
function turned(bytes, stride) {
  const List = stride === 2 ? Uint16Array : Uint32Array;
  const list = new List(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  for (let k = 0; k < list.length; k += 3) {
    while (list[k] > list[k + 1] || list[k] > list[k + 2]) {
      [list[k], list[k + 1], list[k + 2]] = [list[k + 1], list[k + 2], list[k]];
    }
  }
  return Buffer.from(list.buffer);
}

let failures = 0;
for (const folder of [packed, plain]) {
  let errors = 0;
  for (const file of glbs(folder)) {
    const report = await validator.validateBytes(new Uint8Array(fs.readFileSync(path.join(folder, file))));
    errors += report.issues.numErrors + report.issues.numWarnings;
    for (const issue of report.issues.messages.filter((m) => m.severity < 2)) console.log(file, issue);
  }
  console.log(`${folder}: ${glbs(folder).length} files, ${errors} errors and warnings`);
  failures += errors;
}

let views = 0;
for (const file of glbs(packed)) {
  const [a, aBin] = load(path.join(packed, file));
  const [b, bBin] = load(path.join(plain, file));
  a.bufferViews.forEach((view, k) => {
    const other = b.bufferViews[k];
    let expected = bBin.subarray(other.byteOffset, other.byteOffset + other.byteLength);
    const e = view.extensions?.EXT_meshopt_compression;
    let got = aBin.subarray(view.byteOffset, view.byteOffset + view.byteLength);
    if (e) {
      got = Buffer.alloc(e.count * e.byteStride);
      const source = new Uint8Array(aBin.subarray(e.byteOffset, e.byteOffset + e.byteLength));
      MeshoptDecoder.decodeGltfBuffer(got, e.count, e.byteStride, source, e.mode, 'NONE');
      if (e.mode === 'TRIANGLES') [got, expected] = [turned(got, e.byteStride), turned(expected, e.byteStride)];
    }
    views += 1;
    if (Buffer.compare(got, expected) !== 0) {
      failures += 1;
      console.log(`${file}: buffer view ${k} differs`);
    }
  });
}
console.log(`${views} buffer views compared`);

try {
  const { Validators } = await import('3d-tiles-validator');
  const result = await Validators.validateTilesetFile(path.join(packed, 'tileset.json'));
  console.log(result.serialize());
  failures += result.numErrors;
} catch (error) {
  console.log(`3d-tiles-validator did not run: ${error.code ?? error}`);
}
process.exit(failures === 0 ? 0 : 1);
