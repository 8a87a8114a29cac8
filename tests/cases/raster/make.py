"""Makes the GeoTIFFs of this folder and truth.json with GDAL (rasterio), which shares no code with Mirante.

pip install rasterio==1.4.4 numpy; python3 make.py
"""
import json
import numpy as np
import rasterio
import rasterio.warp
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.enums import ColorInterp

W, H = 37, 29
col, row = np.meshgrid(np.arange(W), np.arange(H))
heights = (1000 + 7.25 * col - 3.5 * row + 0.125 * (col * row % 11)).astype("float32")
place = Affine(25.0, 0, 370000.0, 0, -25.0, 4720000.0)
rgb = np.stack([(col * 6) % 256, (row * 8) % 256, ((col + row) * 3) % 256]).astype("uint8")
truth = {}


def write(name, bands, crs, transform=place, tags=None, lossy=0, extra=None, **profile):
    bands = bands if bands.ndim == 3 else bands[None]
    with rasterio.open(name, "w", driver="GTiff", width=W, height=H, count=bands.shape[0], dtype=bands.dtype, crs=crs,
                       transform=transform, **profile) as f:
        f.write(bands)
        if tags:
            f.update_tags(**tags)
        if extra:
            extra(f)
    with rasterio.open(name) as f:
        got = f.read()
        mask = f.dataset_mask()
        lon, lat = rasterio.warp.transform(f.crs, 4326, *[[v] for v in f.xy(0, 0)])[:2]
        posts = [(0, 0), (W - 1, H - 1), (5, 3), (W - 1, 0), (16, 16), (31, 27)]
        truth[name] = {
            "size": [f.width, f.height], "epsg": f.crs.to_epsg() if f.crs else None, "lossy": lossy,
            "lon_lat_of_first_post": [lon[0], lat[0]],
            "posts": [{"col": c, "row": r, "x": f.xy(r, c)[0], "y": f.xy(r, c)[1],
                       "values": None if mask[r, c] == 0 else [float(v) for v in got[:, r, c]]} for c, r in posts]}


utm, tiles = 32631, dict(tiled=True, blockxsize=16, blockysize=16)
write("strips_none_f32.tif", heights, utm)
write("strips_lzw_i16_predictor2.tif", heights.astype("int16"), utm, compress="lzw", predictor=2, blockysize=4)
write("tiles_deflate_f32_predictor3.tif", heights, utm, compress="deflate", predictor=3, **tiles)
write("tiles_deflate_u16_big.tif", heights.astype("uint16"), utm, compress="deflate", predictor=2, BIGTIFF="YES", **tiles)
write("tiles_f64_bigendian.tif", heights.astype("float64"), utm, ENDIANNESS="BIG", **tiles)
write("packbits_i32.tif", heights.astype("int32"), utm, compress="packbits")
holes = heights.copy()
holes[3, 5] = holes[16, 16] = -9999
write("voids_f32.tif", holes, utm, nodata=-9999, compress="deflate", **tiles)
nan = heights.copy()
nan[3, 5] = np.nan
write("voids_nan.tif", nan, utm, nodata=float("nan"), compress="deflate", **tiles)
write("sparse.tif", np.full_like(heights, -32768), utm, nodata=-32768, SPARSE_OK="TRUE", **tiles)
write("point.tif", heights, 4326, Affine(0.001, 0, 1.5, 0, -0.001, 42.5), tags={"AREA_OR_POINT": "Point"})
write("rotated.tif", heights, utm, Affine(20.0, 5.0, 370000.0, 4.0, -22.0, 4720000.0))
write("compound.tif", heights, CRS.from_user_input("EPSG:7415"), Affine(5, 0, 84000, 0, -5, 447000))
write("state_plane_feet.tif", heights, 2263, Affine(50, 0, 980000, 0, -50, 200000))
lcc = "+proj=lcc +lat_0=40 +lon_0=-96 +lat_1=20 +lat_2=60 +x_0=0 +y_0=0 +datum=NAD83 +units=m +no_defs"
write("user_defined_lcc.tif", heights, CRS.from_proj4(lcc), Affine(1000, 0, 100000, 0, -1000, 200000))
write("rgb_strips_lzw.tif", rgb, utm, photometric="RGB", compress="lzw", predictor=2)
write("rgb_planar.tif", rgb, utm, photometric="RGB", compress="deflate", interleave="band", **tiles)
write("rgb_u16.tif", rgb.astype("uint16") * 257, utm, photometric="RGB", compress="deflate", **tiles)
alpha = np.where((col > 30) & (row > 20), 0, 255).astype("uint8")[None]
write("rgba.tif", np.concatenate([rgb, alpha]), utm, photometric="RGB", ALPHA="UNASSOCIATED", compress="deflate", **tiles)
write("rgb_infrared.tif", np.concatenate([rgb, rgb[:1]]), utm, photometric="RGB", ALPHA="UNSPECIFIED", compress="deflate", **tiles)
write("jpeg_ycbcr.tif", rgb, utm, photometric="YCBCR", compress="jpeg", JPEG_QUALITY="95", lossy=40, **tiles)
write("grey.tif", rgb[0], utm, compress="deflate")
colors = {i: ((i * 40) % 256, (i * 90) % 256, 255 - i, 255) for i in range(256)}
write("palette.tif", (col % 7).astype("uint8"), utm, photometric="PALETTE", compress="lzw",
      extra=lambda f: f.write_colormap(1, colors))
truth["palette.tif"]["palette"] = [list(colors[i][:3]) for i in range(7)]
json.dump(truth, open("truth.json", "w"), separators=(",", ":"))
