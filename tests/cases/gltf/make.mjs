// Makes the cases of the glTF reader: one small mesh, written plainly and in every compressed form by encoders that
// share no code with the reader. The plain file is the truth.
//
//   npm i @gltf-transform/core@4.5.1 @gltf-transform/extensions@4.5.1 @gltf-transform/functions@4.5.1 \
//         meshoptimizer@1.3.0 draco3dgltf gltfpack@1.3.0 ktx2-encoder@0.6.0 sharp three
//   node make.mjs tests/cases/gltf
import { Document, NodeIO, Accessor } from '@gltf-transform/core';
import { ALL_EXTENSIONS, EXTMeshoptCompression } from '@gltf-transform/extensions';
import { quantize, meshopt, draco, instance } from '@gltf-transform/functions';
import { MeshoptDecoder, MeshoptEncoder } from 'meshoptimizer';
import draco3d from 'draco3dgltf';
import sharp from 'sharp';
import { encodeToKTX2 } from 'ktx2-encoder';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { writeFileSync, readFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const out = resolve(process.argv[2]);
mkdirSync(out, { recursive: true });
await MeshoptDecoder.ready;
await MeshoptEncoder.ready;
const io = new NodeIO().registerExtensions(ALL_EXTENSIONS).registerDependencies({
  'meshopt.decoder': MeshoptDecoder, 'meshopt.encoder': MeshoptEncoder,
  'draco3d.decoder': await draco3d.createDecoderModule(), 'draco3d.encoder': await draco3d.createEncoderModule(),
});

// A bumpy ring: 10 m radius, smooth normals, UVs, colours, and one feature id for each of its 8 sectors.
const ROUND = 24, TUBE = 10;
function ring(positionsOnly = false) {
  const doc = new Document();
  const buffer = doc.createBuffer();
  const p = [], n = [], uv = [], c = [], f = [], idx = [];
  for (let i = 0; i <= ROUND; i++) for (let j = 0; j <= TUBE; j++) {
    const a = (i / ROUND) * 2 * Math.PI, b = (j / TUBE) * 2 * Math.PI;
    const r = 2 + 0.3 * Math.sin(3 * a);
    p.push((10 + r * Math.cos(b)) * Math.cos(a), r * Math.sin(b), (10 + r * Math.cos(b)) * Math.sin(a));
    n.push(Math.cos(b) * Math.cos(a), Math.sin(b), Math.cos(b) * Math.sin(a));
    uv.push(i / ROUND, j / TUBE);
    c.push(Math.round(255 * i / ROUND), Math.round(255 * j / TUBE), 128, 255);
    f.push(Math.min(7, Math.floor((i * 8) / ROUND)));
  }
  for (let i = 0; i < ROUND; i++) for (let j = 0; j < TUBE; j++) {
    const k = i * (TUBE + 1) + j, l = k + TUBE + 1;
    idx.push(k, k + 1, l, l, k + 1, l + 1);
  }
  const accessor = (type, array) => doc.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  const primitive = doc.createPrimitive()
    .setIndices(accessor('SCALAR', new Uint16Array(idx)))
    .setAttribute('POSITION', accessor('VEC3', new Float32Array(p)))
    .setAttribute('NORMAL', accessor('VEC3', new Float32Array(n)));
  if (!positionsOnly) primitive
    .setAttribute('TEXCOORD_0', accessor('VEC2', new Float32Array(uv)))
    .setAttribute('COLOR_0', accessor('VEC4', new Uint8Array(c)).setNormalized(true))
    .setAttribute('_FEATURE_ID_0', accessor('SCALAR', new Float32Array(f)));
  const material = doc.createMaterial('paint').setBaseColorFactor([0.8, 0.6, 0.4, 1]).setMetallicFactor(0);
  primitive.setMaterial(material);
  const mesh = doc.createMesh('ring').addPrimitive(primitive);
  // A node as real tiles have it: an earth-centred translation that f32 cannot hold.
  const node = doc.createNode('ring').setMesh(mesh).setRotation([0, Math.sin(0.4), 0, Math.cos(0.4)])
    .setTranslation([4433094.1234, 362834.5678, -4556211.0001]).setScale([0.5, 0.5, 0.5]);
  doc.createScene().addChild(node);
  doc.getRoot().getAsset().copyright = 'Someone; Someone Else';
  return doc;
}
const write = async (name, doc) => writeFileSync(join(out, name), await io.writeBinary(doc));

await write('plain.glb', ring());
const quantized = ring(); await quantized.transform(quantize({ quantizePosition: 14, quantizeNormal: 10, quantizeTexcoord: 12 }));
await write('quantized.glb', quantized);
for (const level of ['medium', 'high']) {
  const doc = ring(); await doc.transform(meshopt({ encoder: MeshoptEncoder, level }));
  await write(`meshopt_${level}.glb`, doc);
}
for (const method of ['edgebreaker', 'sequential']) {
  const doc = ring(); await doc.transform(draco({ method }));
  await write(`draco_${method}.glb`, doc);
}
// gltfpack: the KHR form, whose vertex codec is version 1; floats by the exponential filter; triangles and sequences.
const pack = (from, to, args) => execFileSync('node', [resolve('node_modules/gltfpack/cli.js'), '-i', join(out, from), '-o', join(out, to), ...args]);
pack('plain.glb', 'gltfpack_khr.glb', ['-cz', '-ce', 'khr', '-kv', '-kn', '-vp', '16', '-vn', '10']);
pack('plain.glb', 'gltfpack_float.glb', ['-c', '-kv', '-kn', '-vpf', '-vtf', '-vnf']);

// Sparse: the same ring, its positions zero but for the outer half.
{
  const doc = ring();
  const primitive = doc.getRoot().listMeshes()[0].listPrimitives()[0];
  const p = primitive.getAttribute('POSITION');
  const array = p.getArray();
  for (let v = 0; v < array.length; v += 3) if ((v / 3) % (TUBE + 1) > 2) { array[v] = array[v + 1] = array[v + 2] = 0; }
  p.setSparse(true);
  await write('sparse.glb', doc);
  for (const a of doc.getRoot().listAccessors()) a.setSparse(false);
  await write('sparse_plain.glb', doc);
}

// Instances: five nodes of one mesh, made EXT_mesh_gpu_instancing by glTF-Transform, then quantized and compressed.
{
  const doc = ring(true);
  const scene = doc.getRoot().listScenes()[0];
  const mesh = doc.getRoot().listMeshes()[0];
  doc.getRoot().listNodes()[0].dispose();
  for (let i = 0; i < 5; i++) scene.addChild(doc.createNode(`copy${i}`).setMesh(mesh)
    .setTranslation([30 * i, i, -2 * i]).setRotation([0, Math.sin(i), 0, Math.cos(i)]).setScale([1 + i / 10, 1 + i / 10, 1 + i / 10]));
  await write('copies.glb', doc);
  await doc.transform(instance());
  await write('instanced.glb', doc);
  await doc.transform(meshopt({ encoder: MeshoptEncoder, level: 'high' }));
  await write('instanced_meshopt.glb', doc);
}

// Lines: the index codec without triangles.
{
  const doc = ring(true);
  const node = doc.getRoot().listNodes()[0].setTranslation([0, 0, 0]);
  const primitive = node.getMesh().listPrimitives()[0].setMode(1);
  primitive.getAttribute('NORMAL').dispose();
  const pairs = [];
  for (let i = 0; i < ROUND; i++) for (let j = 0; j < TUBE; j++) { const k = i * (TUBE + 1) + j; pairs.push(k, k + 1, k, k + TUBE + 1); }
  primitive.getIndices().setArray(new Uint32Array(pairs));
  await write('lines.glb', doc);
  doc.createExtension(EXTMeshoptCompression).setRequired(true)
    .setEncoderOptions({ method: EXTMeshoptCompression.EncoderMethod.QUANTIZE });
  await write('lines_meshopt.glb', doc);
}

// Instances whose rotations went through the quaternion filter, written by hand: glTF-Transform has no such writer.
{
  const bin = [], views = [], accessors = [];
  const put = (bytes) => { const at = bin.length; bin.push(...bytes); while (bin.length % 4) bin.push(0); return at; };
  const compressed = (source, count, stride, filter) => {
    const bytes = MeshoptEncoder.encodeGltfBuffer(source, count, stride, 'ATTRIBUTES', 1);
    views.push({ buffer: 1, byteOffset: 0, byteLength: count * stride, byteStride: stride, extensions: { KHR_meshopt_compression: {
      buffer: 0, byteOffset: put(bytes), byteLength: bytes.length, byteStride: stride, count, mode: 'ATTRIBUTES', filter } } });
    return views.length - 1;
  };
  const turns = [], places = [];
  for (let i = 0; i < 40; i++) {
    const q = [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i + 1), Math.cos(i / 2)];
    const length = Math.hypot(...q);
    turns.push(...q.map((x) => x / length));
    places.push(1000 * Math.sin(i), i, -i / 8);
  }
  const triangle = new Float32Array([0, 0, 0, 3, 0, 0, 0, 2, 1]);
  views.push({ buffer: 0, byteOffset: put(new Uint8Array(triangle.buffer)), byteLength: 36 });
  accessors.push({ bufferView: 0, componentType: 5126, type: 'VEC3', count: 3, min: [0, 0, 0], max: [3, 2, 1] });
  const quaternions = MeshoptEncoder.encodeFilterQuat(new Float32Array(turns), 40, 8, 16);
  accessors.push({ bufferView: compressed(quaternions, 40, 8, 'QUATERNION'), componentType: 5122, normalized: true, type: 'VEC4', count: 40 });
  const exps = MeshoptEncoder.encodeFilterExp(new Float32Array(places), 40, 12, 23);
  accessors.push({ bufferView: compressed(exps, 40, 12, 'EXPONENTIAL'), componentType: 5126, type: 'VEC3', count: 40 });
  const gltf = {
    asset: { version: '2.0' }, scene: 0, scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, extensions: { EXT_mesh_gpu_instancing: { attributes: { TRANSLATION: 2, ROTATION: 1 } } } }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }], accessors, bufferViews: views,
    buffers: [{ byteLength: bin.length }, { byteLength: 800, extensions: { KHR_meshopt_compression: { fallback: true } } }],
    extensionsUsed: ['EXT_mesh_gpu_instancing', 'KHR_meshopt_compression'],
    extensionsRequired: ['EXT_mesh_gpu_instancing', 'KHR_meshopt_compression'],
  };
  const json = Buffer.from(JSON.stringify(gltf).padEnd(Math.ceil(JSON.stringify(gltf).length / 4) * 4));
  const head = Buffer.alloc(20), mid = Buffer.alloc(8);
  head.write('glTF', 0); head.writeUInt32LE(2, 4); head.writeUInt32LE(28 + json.length + bin.length, 8);
  head.writeUInt32LE(json.length, 12); head.writeUInt32LE(0x4e4f534a, 16);
  mid.writeUInt32LE(bin.length, 0); mid.writeUInt32LE(0x004e4942, 4);
  writeFileSync(join(out, 'quaternions.glb'), Buffer.concat([head, json, mid, Buffer.from(bin)]));
  // The truth: each copy's corner (3, 0, 0), turned and moved in f64.
  const corners = [];
  for (let i = 0; i < 40; i++) {
    const [x, y, z, w] = turns.slice(4 * i, 4 * i + 4), p = places.slice(3 * i, 3 * i + 3);
    corners.push([p[0] + 3 * (1 - 2 * (y * y + z * z)), p[1] + 6 * (x * y + w * z), p[2] + 6 * (x * z - w * y)]);
  }
  writeFileSync(join(out, 'quaternions.json'), JSON.stringify(corners));
}

// A mirrored and a sheared node (a rotation inside an uneven scale).
{
  const doc = ring(true);
  const node = doc.getRoot().listNodes()[0];
  node.setTranslation([0, 0, 0]).setScale([-1, 1, 1]);
  const outer = doc.createNode('outer').setScale([1, 3, 1]);
  const inner = doc.createNode('inner').setMesh(node.getMesh()).setRotation([Math.sin(0.3), 0, 0, Math.cos(0.3)]);
  doc.getRoot().listScenes()[0].addChild(outer.addChild(inner));
  await write('mirrored_sheared.glb', doc);
}

// Textures: 20 x 12 pixels of smooth colour on a quad.
const W = 20, H = 12, pixels = Buffer.alloc(W * H * 4);
for (let y = 0; y < H; y++) for (let x = 0; x < W; x++)
  pixels.set([Math.round(255 * x / (W - 1)), Math.round(255 * y / (H - 1)), 96, 255], (y * W + x) * 4);
const raw = { raw: { width: W, height: H, channels: 4 } };
const png = await sharp(pixels, raw).png({ compressionLevel: 9 }).toBuffer();
writeFileSync(join(out, 'colours.png'), png);
writeFileSync(join(out, 'colours.webp'), await sharp(pixels, raw).webp({ lossless: true }).toBuffer());
writeFileSync(join(out, 'colours.jpg'), await sharp(pixels, raw).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer());
const imageDecoder = async (bytes) => {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
};
const ktx2 = (options) => encodeToKTX2(new Uint8Array(png), { imageDecoder, ...options });
writeFileSync(join(out, 'colours_etc1s.ktx2'), await ktx2({ isUASTC: false, qualityLevel: 255, generateMipmap: true }));
writeFileSync(join(out, 'colours_uastc.ktx2'), await ktx2({ isUASTC: true, needSupercompression: false, generateMipmap: true }));
writeFileSync(join(out, 'colours_uastc_zstd.ktx2'), await ktx2({ isUASTC: true, needSupercompression: true, generateMipmap: true }));

// What the reference transcoder (C++, compiled for the web) makes of their first level.
const here = resolve('node_modules/three/examples/jsm/libs/basis');
writeFileSync('basis_transcoder.cjs', readFileSync(join(here, 'basis_transcoder.js')));
const basis = await createRequire(import.meta.url)(resolve('basis_transcoder.cjs'))({
  wasmBinary: readFileSync(join(here, 'basis_transcoder.wasm')),
});
basis.initializeBasis();
for (const name of ['colours_etc1s', 'colours_uastc']) {
  const file = new basis.KTX2File(new Uint8Array(readFileSync(join(out, `${name}.ktx2`))));
  file.startTranscoding();
  const rgba = new Uint8Array(W * H * 4);
  file.transcodeImage(rgba, 0, 0, 0, 13, 0, -1, -1);
  await sharp(rgba, raw).png().toFile(join(out, `${name}.png`));
}
