const WORDS = {
  about: ["关于", "About"],
  aboutFile: ["本页是一个独立文件，不访问网络，可离线打开和转发。", "This page is one file; it asks for nothing from any network and opens offline."],
  aboutTiles: ["本页只向以下主机请求底图瓦片，其余内容都在文件内", "This page asks these hosts for its basemap, and nothing else of any network"],
  aboutKeys: ["键盘：Tab 切换，方向键移动地图，+ / − 缩放，/ 搜索，Esc 关闭。", "Keys: Tab to move on, arrows to pan, + / − to zoom, / to search, Esc to close."],
  addIncidents: ["事件数（按当前筛选）", "Incidents (as filtered)"],
  address: ["地址", "Address"],
  all: ["全部时段", "All times"],
  animate: ["播放", "Play"],
  area: ["面积", "Area"],
  asOf: ["数据截至", "As of"],
  base: ["底图", "Background"],
  basemap: ["底图瓦片", "Basemap"],
  borders: ["分区界线", "Borders"],
  building: ["楼栋", "Building"],
  buildings: ["建筑", "Buildings"],
  chain: ["数据链（全部记录）", "Chain of records (all of them)"],
  close: ["关闭", "Close"],
  closed: ["已结", "Closed"],
  cluster: ["聚合", "Clusters"],
  code: ["编码", "Code"],
  colourBy: ["着色", "Colour by"],
  communities: ["社区界", "Communities"],
  component: ["部件", "Component"],
  components: ["部件", "Components"],
  copyright: ["许可", "Licence"],
  dark: ["深色", "Dark"],
  density: ["事件密度（相对）", "Density of incidents (relative)"],
  dots: ["散点", "Dots"],
  floors: ["层数", "Floors"],
  forces: ["七种力量", "Seven forces"],
  green: ["正常", "On time"],
  greens: ["绿地水面", "Green and water"],
  grid: ["网格", "Grid"],
  grids: ["网格界", "Grids"],
  grid_manager: ["网格管理员", "Grid manager"],
  police_officer: ["网格警员", "Police officer"],
  assistant: ["网格助理员", "Assistant"],
  supervisor: ["网格督导员", "Supervisor"],
  party_secretary: ["网格党支部书记", "Party-branch secretary"],
  judicial_worker: ["网格司法人员", "Judicial worker"],
  fire_officer: ["消防力量", "Fire officer"],
  fill: ["专题填色", "Indicator"],
  gridsUnit: ["格", "grids"],
  heat: ["热力", "Heat"],
  high: ["高", "High"],
  hintGrid: ["点击地图上的网格，查看该格数据。", "Click a grid on the map to see what is known of it."],
  hintClick: ["点击地图上的网格，查看力量、住户与事件。", "Click a grid on the map to see its forces, households and incidents."],
  households: ["户数", "Households"],
  household: ["户", "households"],
  inView: ["视野内", "In view"],
  incidents: ["事件", "Incidents"],
  incidentsUnit: ["件", "incidents"],
  indicator: ["专题", "Indicator"],
  kind: ["类别", "Kind"],
  label: ["注记", "Labels"],
  layers: ["图层", "Layers"],
  light: ["浅色", "Light"],
  low: ["低", "Low"],
  measure: ["量测", "Measure"],
  measureHint: ["依次点击地图取点，双击结束；Esc 清除。", "Click points on the map, double-click to end; Esc clears."],
  methodEqual: ["等间距分级", "equal intervals"],
  methodFixed: ["固定分级", "fixed classes"],
  methodNatural: ["自然断点分级", "natural breaks"],
  methodQuantiles: ["等数量分级", "quantiles"],
  notDrawn: ["没有坐标、未上图", "Without a position, not drawn"],
  missing: ["无数据", "No data"],
  noMatch: ["没有匹配的结果", "Nothing found"],
  none: ["未配备", "Vacant"],
  north: ["北", "N"],
  off: ["不显示", "Off"],
  openCases: ["未结事件", "Open incidents"],
  outside: ["网格外", "outside all grids"],
  panel: ["面板", "Panel"],
  pause: ["暂停", "Pause"],
  perThousand: ["每千户事件数（按当前筛选）", "Incidents per 1,000 households (as filtered)"],
  perThousandUnit: ["件/千户", "per 1,000"],
  picture: ["存图", "Picture"],
  print: ["打印", "Print"],
  rank: ["前 8 名网格", "First eight grids"],
  red: ["红灯", "Overdue"],
  road: ["道路", "Road"],
  roads: ["道路", "Roads"],
  search: ["搜索网格编码、名称、社区、道路、地址", "Code, name, road or address"],
  state: ["灯色", "Light"],
  streets: ["街道界", "Streets"],
  tilesFailed: ["底图瓦片未能载入。", "Some tiles of the basemap could not be loaded."],
  time: ["时间", "Time"],
  bin_hour: ["小时", "hour"],
  bin_day: ["日", "day"],
  bin_week: ["周", "week"],
  bin_month: ["30 日", "30 days"],
  courtyard: ["平房院落", "Courtyard"],
  slab: ["板楼", "Slab block"],
  tower: ["塔楼", "Tower"],
  office: ["办公", "Office"],
  shop: ["商铺", "Shop"],
  public: ["公共建筑", "Public building"],
  wholeMap: ["全图", "Whole map"],
  withheld: ["小于 5 的计数及为防推算而隐去的格", "Counts under 5, and cells withheld to protect them"],
  yellow: ["黄灯", "Due soon"],
  zoomIn: ["放大", "Zoom in"],
  zoomOut: ["缩小", "Zoom out"],
};

/** Units that come with the data in Chinese. */
const UNITS = { 户: "households", 人: "persons", 件: "incidents", 栋: "buildings", 套: "rooms", 条: "findings", 格: "grids", "件/千户": "per 1,000 households", "户/公顷": "households/ha" };

export function unitIn(lang, unit) {
  return lang === "zh" ? unit : UNITS[unit] || unit;
}

/** The words of one language; an unknown key is a mistake of the program and says so. */
export function words(lang) {
  const column = lang === "zh" ? 0 : 1;
  const word = (key) => {
    if (!WORDS[key]) throw new Error(`no word for ${key}`);
    return WORDS[key][column];
  };
  word.lang = lang;
  word.pick = (pair) => pair[column] || pair[0];
  return word;
}

export function wordKeys() {
  return Object.entries(WORDS);
}
