"""Object ids of PostgreSQL's own types, which never change.

Source: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BOOL, BYTEA, CHAR, NAME, INT8, INT2, INT4, TEXT, OID = 16, 17, 18, 19, 20, 21, 23, 25, 26
TID, XID, CID, JSON, XML, FLOAT4, FLOAT8, UNKNOWN = 27, 28, 29, 114, 142, 700, 701, 705
CIDR, INET, BPCHAR, VARCHAR, TEXT_ARRAY, VARCHAR_ARRAY = 650, 869, 1042, 1043, 1009, 1015
DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, TIMETZ = 1082, 1083, 1114, 1184, 1186, 1266
BIT, VARBIT, NUMERIC, RECORD, RECORD_ARRAY, UUID, PG_LSN, JSONB, XID8 = (
    1560, 1562, 1700, 2249, 2287, 2950, 3220, 3802, 5069,
)  # fmt: skip

ARRAYS = (
    199, 1000, 1003, 1005, 1007, TEXT_ARRAY, 1014, VARCHAR_ARRAY, 1016, 1021, 1022, 1028, 1115, 1182, 1183,
    1185, 1187, 1231, RECORD_ARRAY, 2951, 3807,
)  # fmt: skip
"""Arrays of types that can be read from their bytes."""

SAFE = frozenset(
    {
        BOOL, BYTEA, CHAR, NAME, INT8, INT2, INT4, TEXT, OID, TID, XID, CID, JSON, XML, FLOAT4, FLOAT8,
        CIDR, INET, BPCHAR, VARCHAR, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, TIMETZ, BIT, VARBIT,
        NUMERIC, UUID, PG_LSN, JSONB, XID8,
    }
)  # fmt: skip
"""Types of which every value can be read."""

AS_TEXT: Mapping[int, str] = MappingProxyType(
    {
        24: "regproc", 2202: "regprocedure", 2203: "regoper", 2204: "regoperator", 2205: "regclass",
        2206: "regtype", 3734: "regconfig", 3769: "regdictionary", 4089: "regnamespace", 4096: "regrole",
        4191: "regcollation", 194: "pg_node_tree", 600: "point", 601: "lseg", 602: "path", 603: "box",
        604: "polygon", 628: "line", 718: "circle", UNKNOWN: "unknown", 774: "macaddr8", 790: "money",
        829: "macaddr", 1033: "aclitem", 1790: "refcursor", 2277: "anyarray", 2970: "txid_snapshot",
        3361: "pg_ndistinct", 3402: "pg_dependencies", 3614: "tsvector", 3615: "tsquery", 3642: "gtsvector",
        4072: "jsonpath", 5017: "pg_mcv_list", 5038: "pg_snapshot",
    }
)  # fmt: skip
"""Types of the server's, by their names, that are asked for as text: a person reads what it writes."""
