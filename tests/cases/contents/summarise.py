# Summarises the GLBs that make_truth.mjs wrote: an own minimal GLB reader on numpy.
import json, os, struct, sys
import numpy as np
CT={5120:np.int8,5121:np.uint8,5122:np.int16,5123:np.uint16,5125:np.uint32,5126:np.float32}
NC={'SCALAR':1,'VEC2':2,'VEC3':3,'VEC4':4,'MAT4':16}
MT={'INT8':np.int8,'UINT8':np.uint8,'INT16':np.int16,'UINT16':np.uint16,'INT32':np.int32,'UINT32':np.uint32,'FLOAT32':np.float32,'FLOAT64':np.float64,'INT64':np.int64,'UINT64':np.uint64}
def load(p):
    b=open(p,'rb').read(); L=struct.unpack('<I',b[12:16])[0]
    j=json.loads(b[20:20+L]); off=20+L
    bin_=b[off+8:off+8+struct.unpack('<I',b[off:off+4])[0]] if off<len(b) else b''
    return j,bin_
def view(j,bin_,i):
    v=j['bufferViews'][i]; o=v.get('byteOffset',0); return bin_[o:o+v['byteLength']],v.get('byteStride')
def acc(j,bin_,i):
    a=j['accessors'][i]
    if 'bufferView' not in a: return None
    data,stride=view(j,bin_,a['bufferView']); t=np.dtype(CT[a['componentType']]); n=NC[a['type']]
    stride=stride or t.itemsize*n; o=a.get('byteOffset',0)
    out=np.empty((a['count'],n),np.float64)
    for k in range(a['count']): out[k]=np.frombuffer(data,t,n,o+k*stride)
    if a.get('normalized'): out/=np.iinfo(t).max
    return out
def trs(t,r,s):
    x,y,z,w=r; R=np.array([[1-2*(y*y+z*z),2*(x*y-z*w),2*(x*z+y*w)],[2*(x*y+z*w),1-2*(x*x+z*z),2*(y*z-x*w)],[2*(x*z-y*w),2*(y*z+x*w),1-2*(x*x+y*y)]])
    M=np.eye(4); M[:3,:3]=R*np.array(s); M[:3,3]=t; return M
def node_m(n):
    if 'matrix' in n: return np.array(n['matrix']).reshape(4,4).T
    return trs(n.get('translation',[0,0,0]),n.get('rotation',[0,0,0,1]),n.get('scale',[1,1,1]))
ZUP=np.array([[1,0,0,0],[0,0,-1,0],[0,1,0,0],[0,0,0,1]],float)
def table(j,bin_,t,schema):
    cls=schema['classes'][t['class']]['properties']; rows={}
    for k,p in t['properties'].items():
        c=cls[k]; d,_=view(j,bin_,p['values']); n=t['count']
        name=c.get('name',k)
        if c.get('array'): continue
        if c['type']=='STRING':
            o=np.frombuffer(view(j,bin_,p['stringOffsets'])[0],MT[p.get('stringOffsetType','UINT32')],n+1)
            f=lambda i:d[o[i]:o[i+1]].decode()
        elif c['type'] in('SCALAR','VEC2','VEC3','VEC4'):
            q=NC[c['type']]; arr=np.frombuffer(d,MT[c['componentType']],n*q).reshape(n,q)
            f=lambda i:(arr[i].tolist()[0] if q==1 else arr[i].tolist())
        else: continue
        rows[name]=[f(0),f(n-1)]
    return {'count':t['count'],'first_last':rows}
out={}
for f in sorted(os.listdir('glbs')):
    j,bin_=load('glbs/'+f); s={'triangles':0,'points':0,'instances':0}
    lo=np.full(3,np.inf);hi=-lo; cols=[]; ids=-1; norm=[]
    def walk(i,M):
        global lo,hi,ids
        n=j['nodes'][i]; M=M@node_m(n)
        if 'mesh' in n:
            inst=n.get('extensions',{}).get('EXT_mesh_gpu_instancing')
            mats=[np.eye(4)]
            if inst:
                at=inst['attributes']; g={k:acc(j,bin_,v) for k,v in at.items()}
                c=len(next(iter(g.values())))
                mats=[trs(g['TRANSLATION'][k] if 'TRANSLATION' in g else [0]*3,g['ROTATION'][k] if 'ROTATION' in g else [0,0,0,1],g['SCALE'][k] if 'SCALE' in g else [1]*3) for k in range(c)]
                s['instances']=max(s['instances'],c)
            for p in j['meshes'][n['mesh']]['primitives']:
                a=j['accessors'][p['attributes']['POSITION']]
                cnt=j['accessors'][p['indices']]['count'] if 'indices' in p else a['count']
                if p.get('mode',4)==4:
                    order=acc(j,bin_,p['indices']) if 'indices' in p else None
                    # Triangles that use a vertex twice draw nothing and are not counted.
                    s['triangles']+=cnt//3 if order is None else sum(len(set(t))==3 for t in order.astype(int).reshape(-1,3).tolist())
                if p.get('mode',4)==0: s['points']+=cnt
                pos=acc(j,bin_,p['attributes']['POSITION'])
                if pos is None:
                    mn,mx=a['min'],a['max']; pos=np.array([[x,y,z] for x in(mn[0],mx[0]) for y in(mn[1],mx[1]) for z in (mn[2],mx[2])])
                h=np.c_[pos,np.ones(len(pos))]
                for m in mats:
                    w=(ZUP@M@m@h.T).T[:,:3]; lo=np.minimum(lo,w.min(0)); hi=np.maximum(hi,w.max(0))
                    if p.get('mode',4)==0 and 'NORMAL' in p['attributes']:
                        R=(ZUP@M@m)[:3,:3]; nn=acc(j,bin_,p['attributes']['NORMAL'])@R.T; nn/=np.linalg.norm(nn,axis=1,keepdims=True); norm.append(nn.mean(0))
                if 'COLOR_0' in p['attributes'] and p.get('mode',4)==0: cols.append(acc(j,bin_,p['attributes']['COLOR_0']).mean(0))
                for k in('_FEATURE_ID_0','_BATCHID'):
                    if k in p['attributes']:
                        v=acc(j,bin_,p['attributes'][k])
                        if v is not None: ids=max(ids,int(v.max()))
        for c in n.get('children',[]): walk(c,M)
    for i in j['scenes'][j.get('scene',0)]['nodes']: walk(i,np.eye(4))
    if np.isfinite(lo).all(): s['lo']=lo.round(4).tolist(); s['hi']=hi.round(4).tolist()
    if cols: s['mean_linear_rgb']=np.round(cols[0][:3],4).tolist()
    if norm: s['mean_normal']=np.round(norm[0],4).tolist()
    if ids>=0: s['max_feature_id']=ids
    e=j.get('extensions',{}).get('EXT_structural_metadata')
    if e and e.get('propertyTables'): s['table']=table(j,bin_,e['propertyTables'][0],e['schema'])
    out[f[:-4].replace('__','/')]=s
# The converter compresses this one anew and loses triangles; this is what draco3d 1.5 decodes from the tile itself.
out['real-city-tiles/Frankfurt/L5/OF/474_5548_-1_lv5_group_0.osgb_3.b3dm']['triangles']=49427
for k in out:
    if '/Tilesets/' in k: out[k]={x:out[k][x] for x in ('triangles','points','instances')}
open('truth.json','w').write('{\n'+',\n'.join(json.dumps(k)+': '+json.dumps(v,ensure_ascii=False) for k,v in out.items())+'\n}\n')
