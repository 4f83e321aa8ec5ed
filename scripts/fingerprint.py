#!/usr/bin/env python3
"""The fingerprint of a folder of events, as docs/event-rules.md defines it: fingerprint.py FOLDER

Needs pyarrow, numpy and xxhash from PyPI, and nothing of this project.
"""
import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

BLOCK = 65_536


def column(values: pa.Array) -> bytes:
    digest = xxhash.xxh3_128()
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        valid = block.is_valid().to_numpy(zero_copy_only=False)
        digest.update(np.packbits(valid, bitorder="little"))
        if pa.types.is_large_string(block.type):
            texts = block.fill_null("")
            digest.update(pc.binary_length(texts).to_numpy().astype("<i4"))
            digest.update("".join(texts.to_pylist()).encode())
        else:
            numbers = np.frombuffer(block.buffers()[1], f"V{block.type.bit_width // 8}")
            numbers = numbers[block.offset : block.offset + len(block)].view("u1").reshape(len(block), -1)
            digest.update(np.ascontiguousarray(numbers * valid[:, None]))
    return digest.intdigest().to_bytes(16, "little")


def fingerprint(folder: pathlib.Path) -> str:
    run = xxhash.xxh3_128()
    for file in sorted(folder.glob("simulation_year=*/events.parquet")):
        year = int(file.parent.name.split("=")[1])
        table = pq.ParquetFile(file).read()
        table = table.add_column(7, "simulation_year", pa.array(np.full(len(table), year, "i4")))
        run.update(year.to_bytes(4, "little") + len(table).to_bytes(8, "little"))
        for values in table.columns:
            fixed = pa.types.is_integer(values.type) or pa.types.is_date(values.type) or pa.types.is_decimal(values.type)
            values = values if fixed else values.cast(pa.large_string())
            run.update(column(pa.concat_arrays(values.chunks) if len(values) else pa.array([], values.type)))
    return f"2:{run.hexdigest()}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(fingerprint(pathlib.Path(sys.argv[1])))
