"""Record kinds: what the columns of each table are. The single truth for loading, storing and exporting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Sensitivity = Literal["public", "internal", "personal", "sensitive"]


class FieldType(StrEnum):
    """Type of a column."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    """Date and time with offset; stored in UTC, shown in Asia/Shanghai."""
    BOOLEAN = "boolean"


class Shape(StrEnum):
    """Geometry of a record kind."""

    NONE = "none"
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: English identifier, Chinese name, type and rules.

    ``short`` is the name in a shapefile (ASCII, at most 10 characters). ``choices`` is a code list.
    ``check`` names a rule of form (``"gb11643"``, ``"gb32100"``, ``"component"``, ``"position"``).
    ``refers`` names ``kind.column`` it points at; such a reference is a *claim* until linking
    has resolved it, so a dangling one is loaded and reported, not refused.
    """

    name: str
    zh: str
    type: FieldType = FieldType.TEXT
    required: bool = True
    short: str = ""
    choices: tuple[str, ...] = ()
    check: str = ""
    refers: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    sensitivity: Sensitivity = "internal"

    @property
    def short_name(self) -> str:
        """Return the shapefile column name."""
        return self.short or self.name


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A table: its key, columns and shape."""

    name: str
    zh: str
    key: str
    fields: tuple[Field, ...]
    shape: Shape = Shape.NONE

    def field(self, name: str) -> Field:
        """Return the field of that name (KeyError when there is none)."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the column names, without geometry."""
        return tuple(field.name for field in self.fields)


_T = FieldType

ROAD_KINDS: Final = ("arterial", "collector", "alley")
BARRIER_KINDS: Final = ("rail", "water", "wall")
SURFACE_KINDS: Final = ("park", "water")
COMPOUND_KINDS: Final = ("residential", "courtyard", "institution")
BUILDING_KINDS: Final = ("courtyard", "slab", "tower", "office", "shop", "public")
ROOM_USES: Final = ("home", "shop", "office", "public", "vacant")
HOUSEHOLD_KINDS: Final = ("family", "collective")
INCIDENT_STATES: Final = ("green", "yellow", "red", "closed")
FORCES: Final = {
    "grid_manager": "网格管理员",
    "police_officer": "网格警员",
    "assistant": "网格助理员",
    "supervisor": "网格督导员",
    "party_secretary": "网格党支部书记",
    "judicial_worker": "网格司法人员",
    "fire_officer": "消防力量",
}
"""The seven forces (七种力量) every grid is to have."""
OTHER_RESIDENCE_USES: Final = ("weekday", "weekend", "season", "care", "other")
ADDRESSED_KINDS: Final = ("household", "room", "incident")
CONFIRMATION_METHODS: Final = ("visit", "phone", "online", "data")
ORGANISATION_KINDS: Final = ("company", "shop", "institution", "government", "social", "property")
COMPONENT_STATES: Final = ("normal", "damaged", "missing", "retired")
RELATIONS: Final = ("head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling", "other")

AREA: Final = RecordKind(
    "area", "管理区域", "code",
    (
        Field("code", "区划代码", _T.CODE, sensitivity="public"),
        Field("name", "名称", sensitivity="public"),
        Field("level", "级别", _T.CODE, choices=("district", "street", "community"), sensitivity="public"),
    ),
    Shape.POLYGON,
)  # fmt: skip
ROAD: Final = RecordKind(
    "road", "道路", "road_id",
    (
        Field("road_id", "道路标识", _T.CODE, sensitivity="public"),
        Field("name", "路名", required=False, sensitivity="public"),
        Field("kind", "道路类别", _T.CODE, choices=ROAD_KINDS, sensitivity="public"),
    ),
    Shape.LINE,
)  # fmt: skip
BARRIER: Final = RecordKind(
    "barrier", "屏障", "barrier_id",
    (
        Field("barrier_id", "屏障标识", _T.CODE, short="barrier", sensitivity="public"),
        Field("name", "名称", required=False, sensitivity="public"),
        Field("kind", "类别", _T.CODE, choices=BARRIER_KINDS, sensitivity="public"),
    ),
    Shape.LINE,
)  # fmt: skip
SURFACE: Final = RecordKind(
    "surface", "绿地水面", "surface_id",
    (
        Field("surface_id", "标识", _T.CODE, sensitivity="public"),
        Field("name", "名称", required=False, sensitivity="public"),
        Field("kind", "类别", _T.CODE, choices=SURFACE_KINDS, sensitivity="public"),
    ),
    Shape.POLYGON,
)  # fmt: skip
COMPOUND: Final = RecordKind(
    "compound", "小区院落", "compound_id",
    (
        Field("compound_id", "小区院落标识", _T.CODE, short="compound", sensitivity="public"),
        Field("name", "名称", sensitivity="public"),
        Field("kind", "类别", _T.CODE, choices=COMPOUND_KINDS, sensitivity="public"),
    ),
    Shape.POLYGON,
)  # fmt: skip
BUILDING: Final = RecordKind(
    "building", "楼栋", "building_id",
    (
        Field("building_id", "楼栋标识", _T.CODE, short="building"),
        Field("address", "地址", required=False),
        Field("kind", "楼栋类别", _T.CODE, choices=BUILDING_KINDS),
        Field("floors", "层数", _T.INTEGER, minimum=1, maximum=120),
        Field("compound_id", "小区院落标识", _T.CODE, required=False, short="compound", refers="compound.compound_id"),
        Field("households", "户数", _T.INTEGER, required=False, short="house_cnt", unit="households", minimum=0),
    ),
    Shape.POLYGON,
)  # fmt: skip
ROOM: Final = RecordKind(
    "room", "房屋", "room_id",
    (
        Field("room_id", "房屋标识", _T.CODE),
        Field("building_id", "楼栋标识", _T.CODE, required=False, short="building", refers="building.building_id"),
        Field("stairwell", "单元", _T.INTEGER, required=False, minimum=1),
        Field("floor", "楼层", _T.INTEGER, minimum=-5, maximum=120),
        Field("number", "房号"),
        Field("use", "用途", _T.CODE, choices=ROOM_USES),
        Field("area_m2", "建筑面积", _T.NUMBER, unit="m²", minimum=1, maximum=100_000),
    ),
)  # fmt: skip
HOUSEHOLD: Final = RecordKind(
    "household", "户", "household_id",
    (
        Field("household_id", "户标识", _T.CODE, short="househ_id", sensitivity="personal"),
        Field("room_id", "房屋标识", _T.CODE, required=False, refers="room.room_id", sensitivity="personal"),
        Field("kind", "户别", _T.CODE, choices=HOUSEHOLD_KINDS, sensitivity="personal"),
    ),
)  # fmt: skip
PERSON: Final = RecordKind(
    "person", "人", "person_id",
    (
        Field("person_id", "公民身份号码", _T.CODE, check="gb11643", sensitivity="sensitive"),
        Field("name", "姓名", sensitivity="personal"),
        Field("sex", "性别", _T.CODE, choices=("1", "2"), sensitivity="personal"),
        Field("birth_date", "出生日期", _T.DATE, sensitivity="personal"),
        Field("household_id", "户标识", _T.CODE, required=False, short="househ_id", refers="household.household_id",
              sensitivity="personal"),
        Field("relation", "与户主关系", _T.CODE, choices=RELATIONS, sensitivity="personal"),
    ),
)  # fmt: skip
REGISTERED_HOUSEHOLD: Final = RecordKind(
    "registered_household", "户籍户", "registered_id",
    (
        Field("registered_id", "户籍户标识", _T.CODE, short="reg_id", sensitivity="personal"),
        Field("room_id", "户籍房屋标识", _T.CODE, required=False, refers="room.room_id", sensitivity="personal"),
        Field("region", "户籍地区划代码", _T.CODE, sensitivity="personal"),
        Field("kind", "户别", _T.CODE, choices=HOUSEHOLD_KINDS, sensitivity="personal"),
    ),
)  # fmt: skip
"""A household as the police register it (户口簿); without a room where it is registered elsewhere."""
REGISTRATION: Final = RecordKind(
    "registration", "户籍登记", "person_id",
    (
        Field("person_id", "公民身份号码", _T.CODE, check="gb11643", refers="person.person_id",
              sensitivity="sensitive"),
        Field("registered_id", "户籍户标识", _T.CODE, short="reg_id", refers="registered_household.registered_id",
              sensitivity="personal"),
        Field("relation", "与户籍户主关系", _T.CODE, choices=RELATIONS, sensitivity="personal"),
    ),
)  # fmt: skip
"""Where a person is registered, apart from where the person lives (人户分离): one at any time."""
OTHER_RESIDENCE: Final = RecordKind(
    "other_residence", "其他住处", "other_id",
    (
        Field("other_id", "其他住处标识", _T.CODE, sensitivity="personal"),
        Field("person_id", "公民身份号码", _T.CODE, check="gb11643", refers="person.person_id",
              sensitivity="sensitive"),
        Field("household_id", "户标识", _T.CODE, short="househ_id", refers="household.household_id",
              sensitivity="personal"),
        Field("relation", "与户主关系", _T.CODE, choices=RELATIONS, sensitivity="personal"),
        Field("use", "居住时间", _T.CODE, choices=OTHER_RESIDENCE_USES, sensitivity="personal"),
    ),
)  # fmt: skip
"""A second home of a person; the person is counted in the primary one only."""
CONFIRMATION: Final = RecordKind(
    "confirmation", "核实", "room_id",
    (
        Field("room_id", "房屋标识", _T.CODE, refers="room.room_id"),
        Field("method", "核实方式", _T.CODE, choices=CONFIRMATION_METHODS),
        Field("valid_from", "核实日期", _T.DATE),
    ),
)  # fmt: skip
"""When somebody last made sure that what is recorded of a room and its people is right; its versions are the visits."""
ORGANISATION: Final = RecordKind(
    "organisation", "组织", "organisation_id",
    (
        Field("organisation_id", "组织标识", _T.CODE, short="org_id"),
        Field("name", "名称"),
        Field("kind", "类别", _T.CODE, choices=ORGANISATION_KINDS),
        Field("credit_code", "统一社会信用代码", _T.CODE, required=False, short="usc_code", check="gb32100"),
        Field("room_id", "房屋标识", _T.CODE, required=False, refers="room.room_id"),
    ),
    Shape.POINT,
)  # fmt: skip
"""A company, shop, office or association: its grid is its room's, or where it has none its point's."""
COMPONENT: Final = RecordKind(
    "component", "部件", "component_id",
    (
        Field("component_id", "部件标识码", _T.CODE, short="comp_id", check="component", sensitivity="public"),
        Field("class_code", "部件类别", _T.CODE, short="class", sensitivity="public"),
        Field("name", "名称", sensitivity="public"),
        Field("state", "状态", _T.CODE, choices=COMPONENT_STATES, sensitivity="public"),
        Field("owner", "权属单位", required=False),
        Field("installed", "设置日期", _T.DATE, required=False),
    ),
    Shape.POINT,
)  # fmt: skip
"""A piece of the city's equipment; its identifier is 17 digits: 6 district, 5 class, 6 sequence."""
INCIDENT: Final = RecordKind(
    "incident", "事件", "incident_id",
    (
        Field("incident_id", "事件标识", _T.CODE, short="incid_id"),
        Field("kind", "事件类别", _T.CODE),
        Field("title", "标题"),
        Field("state", "办理灯色", _T.CODE, choices=INCIDENT_STATES),
        Field("reported_at", "上报时间", _T.MOMENT, short="reported"),
    ),
    Shape.POINT,
)  # fmt: skip
STATED_ADDRESS: Final = RecordKind(
    "stated_address", "自报地址", "stated_id",
    (
        Field("stated_id", "自报地址标识", _T.CODE),
        Field("record_kind", "记录类别", _T.CODE, short="kind", choices=ADDRESSED_KINDS),
        Field("record_id", "记录标识", _T.CODE, sensitivity="personal"),
        Field("address", "地址", sensitivity="personal"),
    ),
)  # fmt: skip
"""An address that arrived for a household, room or incident; linking finds the place it names."""
POSTING: Final = RecordKind(
    "posting", "力量配备", "posting_id",
    (
        Field("posting_id", "配备标识", _T.CODE),
        Field("grid_code", "网格编码", _T.CODE, refers="grid.grid_code"),
        Field("force", "力量", _T.CODE, choices=tuple(FORCES)),
        Field("staff_name", "姓名"),
        Field("valid_from", "开始日期", _T.DATE),
    ),
)  # fmt: skip
GRID: Final = RecordKind(
    "grid", "网格", "grid_code",
    (
        Field("grid_code", "网格编码", _T.CODE, sensitivity="public"),
        Field("name", "网格名称", sensitivity="public"),
        Field("area_code", "所属区域代码", _T.CODE, sensitivity="public"),
        Field("weight", "户数", _T.NUMBER, unit="households", minimum=0, sensitivity="public"),
        Field("area_m2", "面积", _T.NUMBER, unit="m²", minimum=0, sensitivity="public"),
    ),
    Shape.POLYGON,
)  # fmt: skip

KINDS: Final[dict[str, RecordKind]] = {
    kind.name: kind
    for kind in (
        AREA,
        ROAD,
        BARRIER,
        SURFACE,
        COMPOUND,
        BUILDING,
        ROOM,
        HOUSEHOLD,
        PERSON,
        REGISTERED_HOUSEHOLD,
        REGISTRATION,
        OTHER_RESIDENCE,
        CONFIRMATION,
        ORGANISATION,
        COMPONENT,
        INCIDENT,
        STATED_ADDRESS,
        POSTING,
        GRID,
    )
}
"""Every record kind by name."""
