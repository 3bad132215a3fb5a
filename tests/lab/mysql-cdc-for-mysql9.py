#!/usr/bin/env python3
"""mysql-cdc-for-mysql9.py STOCK.jar PATCHED.jar: the classes of Flink's mysql-cdc that say SHOW MASTER STATUS, which MySQL 8.4 and later refuse, saying SHOW BINARY LOG STATUS.

PATCHED.jar holds these classes alone and goes before STOCK.jar on the class path. In a class file a text is a constant with its length before it, and nothing refers to its place.
"""
import sys
import zipfile

OLD, NEW = b"SHOW MASTER STATUS", b"SHOW BINARY LOG STATUS"
UTF8 = b"\x01"  # tag of such a constant


def patched(code: bytes) -> bytes:
    out, at = bytearray(), 0
    while (found := code.find(OLD, at)) >= 0:
        # The constant may hold more than the statement: its start is where tag and length fit.
        start = next(s for s in range(found - 3, at - 1, -1)
                     if code[s:s + 1] == UTF8 and s + 3 + int.from_bytes(code[s + 1:s + 3]) >= found + len(OLD))
        length = int.from_bytes(code[start + 1:start + 3])
        text = code[start + 3:start + 3 + length].replace(OLD, NEW)
        out += code[at:start] + UTF8 + len(text).to_bytes(2) + text
        at = start + 3 + length
    return bytes(out + code[at:])


def main(stock: str, target: str) -> None:
    with zipfile.ZipFile(stock) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            if name.endswith(".class") and OLD in (code := source.read(name)):
                made.writestr(zipfile.ZipInfo(name), patched(code), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main(*sys.argv[1:])
