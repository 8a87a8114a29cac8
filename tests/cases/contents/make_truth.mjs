// Converts every b3dm, i3dm and pnts under a folder to GLB with 3d-tiles-tools 0.5.4.
import fs from "fs"; import path from "path";
import { TileFormatsMigration } from "3d-tiles-tools";
const [root, out] = process.argv.slice(2);
function walk(d) { return fs.readdirSync(d, { withFileTypes: true }).flatMap(e => e.isDirectory() ? walk(path.join(d, e.name)) : [path.join(d, e.name)]); }
fs.mkdirSync(out, { recursive: true });
for (const file of walk(root).sort()) {
  const ext = path.extname(file).slice(1);
  if (!["b3dm", "i3dm", "pnts"].includes(ext)) continue;
  const bytes = fs.readFileSync(file);
  if (bytes.length === 0) continue;
  const resolver = async (uri) => { const p = path.join(path.dirname(file), uri); return fs.existsSync(p) ? fs.readFileSync(p) : undefined; };
  try {
    const glb = ext === "b3dm" ? await TileFormatsMigration.convertB3dmToGlb(bytes)
      : ext === "pnts" ? await TileFormatsMigration.convertPntsToGlb(bytes)
      : await TileFormatsMigration.convertI3dmToGlb(bytes, resolver);
    fs.writeFileSync(path.join(out, path.relative(root, file).replaceAll("/", "__") + ".glb"), glb);
  } catch (e) { console.log(path.relative(root, file), String(e).slice(0, 200)); }
}
