#!/usr/bin/env python3
"""Writes src/CdcLake.Sdk/Columnar/Collations/collations.bin from the answers of a MySQL server, whose instance name is the argument (default a).

The server is asked for WEIGHT_STRING of every character that there is, one at a time. What the weights of utf8mb4_0900_*, utf8mb4_unicode_520_ci and
utf8mb4_unicode_ci say are facts of Unicode (the default tables of UCA 9.0.0, 5.2.0 and 4.0.0, to which MySQL holds itself); the others are MySQL's own
orders. CollationTables.cs describes the file; CollationTests compares all of it, and texts of many characters, with a server again.
"""
import pathlib
import struct
import subprocess
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "src/CdcLake.Sdk/Columnar/Collations/collations.bin"
UNICODE = {"utf8mb4_0900_as_cs": 3, "utf8mb4_unicode_520_ci": 1, "utf8mb4_unicode_ci": 1, "utf8mb4_general_ci": 1, "utf8mb3_general_mysql500_ci": 1}
SINGLE = """ascii_general_ci cp1250_general_ci cp1250_croatian_ci cp1250_polish_ci cp1250_bin cp1251_bulgarian_ci cp1251_ukrainian_ci cp1251_bin cp1251_general_ci
            cp1251_general_cs cp1256_general_ci cp1256_bin cp1257_lithuanian_ci cp1257_bin cp1257_general_ci greek_general_ci greek_bin hebrew_general_ci hebrew_bin
            koi8r_general_ci koi8r_bin latin1_german1_ci latin1_swedish_ci latin1_danish_ci latin1_bin latin1_general_ci latin1_general_cs latin1_spanish_ci
            latin2_general_ci latin2_hungarian_ci latin2_croatian_ci latin2_bin latin5_turkish_ci latin5_bin latin7_estonian_cs latin7_general_ci latin7_general_cs
            latin7_bin""".split()
PAGES = 0x110000 // 256


def ask(instance, sql):
    answer = subprocess.run([HERE / "mysql.sh", "sql", instance, "-N", "--raw", "--quick", "-e", "SET cte_max_recursion_depth = 2000000; " + sql], capture_output=True, text=True, check=True)
    return [line.split("\t") for line in answer.stdout.splitlines()]


def levels(hexed, count):
    words = [int(hexed[i:i + 4], 16) for i in range(0, len(hexed), 4)]
    if count == 1:
        return [words]
    parts = [[]]
    for word in words:
        if word == 0:
            parts.append([])
        else:
            parts[-1].append(word)
    assert len(parts) <= count, hexed
    return parts + [[]] * (count - len(parts))


def unicode_table(instance, collation, count):
    charset = collation.split("_")[0]
    last = 0xFFFF if charset == "utf8mb3" else 0x10FFFF
    character = f"CONVERT(CONVERT(UNHEX(LPAD(HEX(n), 8, '0')) USING utf32) USING {charset})"
    sql = (f"WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {last}) "
           f"SELECT n, HEX(WEIGHT_STRING({character} COLLATE {collation})) FROM r WHERE n NOT BETWEEN 0xD800 AND 0xDFFF")
    return {int(n): levels(w, count) for n, w in ask(instance, sql)}


def single_table(instance, collation):
    charset = collation.split("_")[0]
    character = f"CONVERT(UNHEX(LPAD(HEX(n), 2, '0')) USING {charset})"
    sql = (f"WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 255) "
           f"SELECT n, COALESCE(HEX(CONVERT({character} USING utf32)), ''), HEX(WEIGHT_STRING({character} COLLATE {collation})) FROM r")
    table = {}
    for n, code, weight in ask(instance, sql):
        code = int(code or "0", 16)
        if int(n) == 0 or code not in (0, 0x3F) or int(n) == 0x3F:
            table[code] = [[int(weight, 16) + 1]]  # 0 is no weight here
    return table


def implicit(code, base):
    return [base + (code >> 15), code & 0x7FFF | 0x8000]


def page(table, level, number):
    """0: no character; 1, weights: all the same; 2, base: computed from the code point; 3: weights of each."""
    codes = [c for c in range(number * 256, number * 256 + 256) if c in table]
    if not codes:
        return b"\0"
    values = [table[c][level] for c in codes]
    if len(codes) == 256 and all(v == values[0] for v in values) and len(values[0]) < 256:
        return struct.pack("<BB", 1, len(values[0])) + b"".join(struct.pack("<H", w) for w in values[0])
    base = values[0][0] - (codes[0] >> 15) if len(values[0]) == 2 else 0
    if level == 0 and len(codes) == 256 and base > 0xF000 and all(v == implicit(c, base) for c, v in zip(codes, values)):
        return struct.pack("<BH", 2, base)
    lists = [table[c][level] if c in table else [] for c in range(number * 256, number * 256 + 256)]
    flat = [w for entry in lists for w in entry]
    return struct.pack("<BH", 3, len(flat)) + bytes(len(e) for e in lists) + bytes(w & 0xFF for w in flat) + bytes(w >> 8 for w in flat)


def packed(table, count):
    body = bytes([count])
    for level in range(count):
        pages = [page(table, level, n) for n in range(PAGES)]
        distinct = {p: i for i, p in reversed(list(enumerate(dict.fromkeys(pages))))}
        numbers = [distinct[p] for p in pages]
        body += struct.pack("<H", len(distinct)) + b"".join(sorted(distinct, key=distinct.get))
        body += bytes(n & 0xFF for n in numbers) + bytes(n >> 8 for n in numbers)
    return zlib.compress(body, 9)


if __name__ == "__main__":
    instance = sys.argv[1] if len(sys.argv) > 1 else "a"
    tables = {c: packed(unicode_table(instance, c, n), n) for c, n in UNICODE.items()}
    tables |= {c: packed(single_table(instance, c), 1) for c in SINGLE}
    head = b"".join(struct.pack("<B", len(c)) + c.encode() + struct.pack("<i", len(t)) for c, t in tables.items())
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(bytes([len(tables)]) + head + b"".join(tables.values()))
    print(f"{TARGET}: {len(tables)} tables, {TARGET.stat().st_size} bytes")
