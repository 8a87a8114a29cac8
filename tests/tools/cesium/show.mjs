// Draws a tileset with CesiumJS in headless Chromium and tells what lies in the picture's middle; see README.md.
import { createReadStream, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, normalize, resolve } from "node:path";

const [tileset, picture, eye, look, size = "1280x720"] = process.argv.slice(2);
if (!look) {
    console.error("node show.mjs TILESET.json OUT.png EYE_LON,LAT,H LOOK_LON,LAT,H [WxH]");
    process.exit(2);
}
const require = createRequire(join(process.env.NODE_PACKAGES ?? process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const cesium = join(dirname(require.resolve("cesium/package.json")), "Build/Cesium");
const [width, height] = size.split("x").map(Number);
const place = (text) => text.split(",").map(Number);

const page = `<!doctype html><meta charset="utf-8"><style>html,body,#c{margin:0;width:100%;height:100%;overflow:hidden}</style>
<link rel="stylesheet" href="/cesium/Widgets/CesiumWidget/CesiumWidget.css"><div id="c"></div>
<script>window.CESIUM_BASE_URL = "/cesium/";</script><script src="/cesium/Cesium.js"></script><script type="module">
const widget = new Cesium.CesiumWidget("c", {
    baseLayer: false, globe: false, skyBox: false, skyAtmosphere: false, contextOptions: { webgl: { preserveDrawingBuffer: true } },
});
const { scene, camera } = widget;
scene.backgroundColor = Cesium.Color.LIGHTSTEELBLUE;
scene.light = new Cesium.DirectionalLight({ direction: new Cesium.Cartesian3(-0.6, -0.3, -0.74), intensity: 3 });
const tiles = await Cesium.Cesium3DTileset.fromUrl("/tiles/${normalize(tileset).split("/").pop()}");
tiles.tileFailed.addEventListener((e) => (window.failed ??= []).push(e.url + ": " + e.message));
scene.primitives.add(tiles);
const at = (p) => Cesium.Cartesian3.fromDegrees(...p);
const [eye, look] = [at(${JSON.stringify(place(eye))}), at(${JSON.stringify(place(look))})];
const direction = Cesium.Cartesian3.normalize(Cesium.Cartesian3.subtract(look, eye, new Cesium.Cartesian3()), new Cesium.Cartesian3());
const up = Cesium.Ellipsoid.WGS84.geodeticSurfaceNormal(eye);
const right = Cesium.Cartesian3.cross(direction, up, new Cesium.Cartesian3());
// Cesium's angle is that of the longer side; 50 degrees of height are Mirante's.
const aspect = scene.canvas.clientWidth / scene.canvas.clientHeight;
camera.frustum.fov = 2 * Math.atan(Math.tan(Cesium.Math.toRadians(25)) * Math.max(aspect, 1));
camera.setView({ destination: eye, orientation: { direction, up: Cesium.Cartesian3.cross(right, direction, new Cesium.Cartesian3()) } });
window.told = () => {
    const middle = new Cesium.Cartesian2(scene.canvas.clientWidth / 2, scene.canvas.clientHeight / 2);
    const picked = scene.pick(middle);
    const position = scene.pickPosition(middle);
    const properties = {};
    for (const id of picked?.getPropertyIds?.() ?? []) properties[id] = picked.getProperty(id);
    return {
        loaded: tiles.tilesLoaded, failed: window.failed ?? [], triangles: tiles.statistics?.numberOfTrianglesSelected,
        features: tiles.statistics?.numberOfFeaturesLoaded, properties,
        middle: position && { ecef_m: [position.x, position.y, position.z], from_look_m: Cesium.Cartesian3.distance(position, look) },
    };
};
</script>`;

const types = { js: "text/javascript", css: "text/css", json: "application/json", glb: "model/gltf-binary", wasm: "application/wasm" };
const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    if (path === "/favicon.ico") return response.writeHead(204).end();
    if (path === "/") return response.setHeader("content-type", "text/html").end(page);
    const file = path.startsWith("/cesium/") ? join(cesium, path.slice(8)) : join(dirname(resolve(tileset)), path.slice(7));
    try {
        statSync(file);
    } catch {
        return response.writeHead(404).end();
    }
    response.setHeader("content-type", types[file.split(".").pop()] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist"],
});
const tab = await browser.newPage({ viewport: { width, height } });
tab.on("console", (message) => message.type() === "error" && console.error(message.text()));
tab.on("pageerror", (error) => console.error(String(error)));
tab.setDefaultTimeout(180_000);
await tab.goto(`http://127.0.0.1:${server.address().port}/`, { waitUntil: "commit" });
let told;
for (let calm = 0, k = 0; calm < 4 && k < 240; k++) {
    await tab.waitForTimeout(500);
    told = await tab.evaluate(() => window.told?.());
    calm = told?.loaded ? calm + 1 : 0;
}
writeFileSync(picture, await tab.screenshot());
console.log(JSON.stringify(told, null, 1));
await browser.close();
server.close();
process.exit(told?.loaded && told.failed.length === 0 ? 0 : 1);
