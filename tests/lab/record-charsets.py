#!/usr/bin/env python3
"""Writes src/CdcLake.Sdk/MySql/Charsets/charsets.bin from the answers of a MySQL server, whose instance name is the argument (default a).

Every sequence of bytes that could be a character is converted by the server; NULL (no character) and '?' (a character without
Unicode equivalent) become 0. CharsetTables.cs describes the file; CharsetTests compares all of it with a server again.
"""
import pathlib
import struct
import subprocess
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "src/CdcLake.Sdk/MySql/Charsets/charsets.bin"
SINGLE = """armscii8 cp850 cp852 cp866 cp1250 cp1251 cp1256 cp1257 dec8 geostd8 greek hebrew hp8 keybcs2 koi8r koi8u
            latin1 latin2 latin5 latin7 macce macroman swe7 tis620""".split()
DOUBLE = "big5 cp932 eucjpms euckr gb18030 gb2312 gbk sjis ujis".split()
TRIPLE = "eucjpms ujis".split()
QUADRUPLE = 39_420  # GB 18030 numbers of four bytes below U+10000; from 189000 on they count code points
BYTES_OF = {
    1: (256, "UNHEX(LPAD(HEX(n), 2, '0'))"),
    2: (0x8000, "UNHEX(HEX(n + 32768))"),
    3: (0x8000, "UNHEX(CONCAT('8F', HEX(n + 32768)))"),
    4: (QUADRUPLE, "CONCAT(CHAR(0x81 + n DIV 12600), CHAR(0x30 + n DIV 1260 % 10), CHAR(0x81 + n DIV 10 % 126), CHAR(0x30 + n % 10))"),
}


def table(instance, charset, width):
    count, sequence = BYTES_OF[width]
    sql = (f"SET cte_max_recursion_depth = 100000; WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {count - 1}) "
           f"SELECT n, COALESCE(HEX(CONVERT(CONVERT({sequence} USING {charset}) USING utf32)), '') FROM r")
    answer = subprocess.run([HERE / "mysql.sh", "sql", instance, "-N", "--raw", "-e", sql], capture_output=True, text=True, check=True).stdout
    entries = [0] * count
    for line in answer.splitlines():
        n, code = line.split("\t")
        value = int(code, 16) if len(code) == 8 else 0
        entries[int(n)] = 0 if value == 0x3F and not (width == 1 and int(n) == 0x3F) else value
    assert max(entries) < 0x10000, charset
    return entries


def packed(width, entries):
    deltas = [(v - w) & 0xFFFF for v, w in zip(entries, [0] + entries)]
    return struct.pack("<Bi", width, len(entries)) + bytes(d & 0xFF for d in deltas) + bytes(d >> 8 for d in deltas)


def tables(instance, charset):
    widths = [1] + [2] * (charset in DOUBLE) + [3] * (charset in TRIPLE) + [4] * (charset == "gb18030")
    return zlib.compress(bytes([len(widths)]) + b"".join(packed(w, table(instance, charset, w)) for w in widths), 9)


instance = sys.argv[1] if len(sys.argv) > 1 else "a"
sets = {charset: tables(instance, charset) for charset in sorted(SINGLE + DOUBLE)}
head = b"".join(struct.pack("<B", len(c)) + c.encode() + struct.pack("<i", len(t)) for c, t in sets.items())
TARGET.write_bytes(bytes([len(sets)]) + head + b"".join(sets.values()))
print(f"{TARGET}: {len(sets)} character sets, {TARGET.stat().st_size} bytes")
