/** A small invented city as seed files, for tests that change a cell and see what is said of it. */
export const town = {
  'divisions.csv': `code,name,kind,parent,aliases,zone,unit,valid_from,valid_to
990000,临江市,city,,,,,2026-01-01,
990101,东港区,district,990000,,,,2026-01-01,
990101001,码头街道,street,990101,码头街,,,2026-01-01,
990101001001,灯塔社区居委会,community,990101001,,,,2026-01-01,
`,
  'areas.csv': `name,streets,note,valid_from,valid_to
老码头,990101001,习惯称呼,2026-01-01,
`,
  'landmarks.csv': `name,aliases,kind,street,source,valid_from,valid_to
临江码头客运站,码头客运站,station,990101001,虚构,2026-01-01,
临江大剧院,,venue,990101001,虚构,2026-01-01,
`,
  'units.csv': `code,name,kind,parent,division,aliases,duty,valid_from,valid_to
990101,东港区人民政府,district,,990101,,统筹全区。,2026-01-01,
990101001,码头街道办事处,street,990101,990101001,,属地事务。,2026-01-01,
LJ-SWJ,临江市水务局,city,,,市水务局,供水排水。,2026-01-01,
`,
  'matters.csv': `code,name,parent,need,level,lead,types,words,description,valid_from,valid_to
M01,市容环卫,,,,,,,,2026-01-01,
M01.01,垃圾清运,M01,,,,,,,2026-01-01,
M01.01.01,垃圾堆积,M01.01,YJ,L3,street,complain|help,垃圾堆积|垃圾成堆,,2026-01-01,
M01.01.02,河道垃圾,M01.01,YJ,L3,LJ-SWJ,complain,河道垃圾,,2026-01-01,
`,
  'lexicon.csv': `word,kind,code,weight,valid_from,valid_to
环卫,matter,M01,2,2026-01-01,
`,
  'rules.csv': `code,priority,matter,place,type,caller,level,lead,co,reason,valid_from,valid_to
R1,50,M01.01,990101,*,*,*,street,LJ-SWJ|district,属地清运。,2026-01-01,
`,
  'local-units.csv': `word,division,unit,reason,valid_from,valid_to
heating,990101001,990101,街道另有供热单位。,2026-01-01,
heating,*,LJ-SWJ,其余地方。,2026-01-01,
`,
  'guard.csv': `matter,reason,valid_from,valid_to
M01.01.02,河道归水务部门。,2026-01-01,
`,
  'routes.csv': `code,kind,matter,words,target,alone,reason,valid_from,valid_to
H1,handover,*,着火,119,1,请拨打119。,2026-01-01,
`,
  'words.csv': `word,valid_from,valid_to
接诉即办,2026-01-01,
`,
};
