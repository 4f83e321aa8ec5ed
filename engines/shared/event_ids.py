"""Event ids, as docs/event-rules.md, "Event id" says, for columns of any length without a loop over rows.

XXH3-128 is written out in numpy: its branches depend on nothing but the number of bytes, so all names of one length
are hashed together, with arithmetic on whole columns. Needs numpy and pyarrow.
"""

from __future__ import annotations

from typing import Any

import numpy
import pyarrow

# pyarrow loads these at the first call of what needs them: better when a program starts than while it is timed.
import numpy.ma
import pyarrow.compute

LONGEST_NAME = 128
# So many rows that a step's columns stay in the processor's cache.
BLOCK_ROWS = 8192
TEXT_BYTES = 36
# More than this do not fit into a text column with 32-bit offsets.
LONGEST_TEXT_COLUMN = (2**31 - 1) // TEXT_BYTES

MASK_64 = 2**64 - 1
LOW_HALF = numpy.uint64(0xFFFF_FFFF)
HALF = numpy.uint64(32)

PRIME_32_2 = 0x85EBCA77
PRIME_64_1 = 0x9E3779B185EBCA87
PRIME_64_2 = 0xC2B2AE3D27D4EB4F
PRIME_64_4 = 0x85EBCA77C2B2AE63
PRIME_MIX_1 = 0x165667919E3779F9
PRIME_MIX_2 = 0x9FB21C651E98DF25

# The part of the hash's default secret that names of up to 128 bytes reach.
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
)


def event_ids(key: int, employee_id: Any, year: Any, code: Any, sequence: Any) -> pyarrow.Array:
    """The event ids of all rows as a text column.

    `key` is the run key. `employee_id` is a text column of pyarrow (or what makes one); `year`, `code` and `sequence` are
    columns of whole numbers (pyarrow, numpy, lists), or one number for all rows.
    """
    employee_id = _text_column(employee_id)
    rows = len(employee_id)
    year, code, sequence = (_numbers(column, rows) for column in (year, code, sequence))
    offsets, data = _offsets_and_bytes(employee_id)
    lengths = numpy.diff(offsets)
    # As pieces of memory: numpy would copy texts with named parts one part after another.
    texts = numpy.empty(rows, f"V{TEXT_BYTES}")
    for length in numpy.flatnonzero(numpy.bincount(lengths, minlength=1)).tolist():
        chosen = numpy.flatnonzero(lengths == length)
        first, last = chosen[0], chosen[-1] + 1
        if last - first == len(chosen):
            # One after another, as all are where ids have one length: nothing has to be brought together.
            rows_of_length = slice(first, last)
            ids = data[offsets[first] : offsets[last]]
        else:
            rows_of_length = chosen
            some_offsets, some_data = _offsets_and_bytes(employee_id.take(pyarrow.array(chosen)))
            ids = some_data[some_offsets[0] : some_offsets[-1]]
        columns = (column[rows_of_length] for column in (year, code, sequence))
        texts[rows_of_length] = _texts_of_length(key, length, ids, *columns).view(texts.dtype)
    return _as_text_column(texts)


def _text_column(column: Any) -> pyarrow.Array:
    if not isinstance(column, (pyarrow.Array, pyarrow.ChunkedArray)):
        column = pyarrow.array(column)
    if isinstance(column, pyarrow.ChunkedArray):
        column = column.combine_chunks()
    if not (pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type)):
        column = column.cast(pyarrow.large_string())
    if column.null_count:
        raise ValueError(f"employee_id is missing in {column.null_count} rows: every event belongs to somebody")
    return column


def _numbers(column: Any, rows: int) -> numpy.ndarray:
    if isinstance(column, (pyarrow.Array, pyarrow.ChunkedArray)):
        column = column.to_numpy(zero_copy_only=False)
    return numpy.broadcast_to(numpy.asarray(column), (rows,))


def _offsets_and_bytes(column: pyarrow.Array) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Where each text begins and ends, and the bytes of all texts, without a copy."""
    _, offsets, data = column.buffers()
    if len(column) == 0:
        return numpy.zeros(1, numpy.int64), numpy.zeros(0, numpy.uint8)
    kind = numpy.int64 if pyarrow.types.is_large_string(column.type) else numpy.int32
    offsets = numpy.frombuffer(offsets, kind)[column.offset : column.offset + len(column) + 1]
    return offsets, numpy.frombuffer(data if data is not None else b"", numpy.uint8)


def _texts_of_length(key, length, ids, year, code, sequence) -> numpy.ndarray:
    """The texts of rows whose employee ids, one after another in `ids`, all have this many bytes."""
    rows = len(year)
    name = numpy.dtype([("id", f"V{length}"), ("year", "<i4"), ("code", "u1"), ("sequence", "u1")])
    ids = ids.view(f"V{length}") if length else numpy.empty(rows, "V0")
    texts = numpy.empty(rows, TEXT)
    for first in range(0, rows, BLOCK_ROWS):
        block = slice(first, first + BLOCK_ROWS)
        names = numpy.empty(len(texts[block]), name)
        names["id"] = ids[block]
        names["year"] = year[block]
        names["code"] = code[block]
        names["sequence"] = sequence[block]
        high, low = xxh3_128(names, key)
        _spell(texts[block], high, low)
    return texts


# --- XXH3-128 ---------------------------------------------------------------------------------------------------------


def xxh3_128(names: numpy.ndarray, seed: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The high and the low half of the digest of each element's bytes, which are 4 to 128."""
    length = names.dtype.itemsize
    if 4 <= length <= 8:
        return _of_4_to_8_bytes(names, length, seed)
    if 9 <= length <= 16:
        return _of_9_to_16_bytes(names, length, seed)
    if 17 <= length <= LONGEST_NAME:
        return _of_17_to_128_bytes(names, length, seed)
    raise ValueError(f"names of {length} bytes: an event's name has 7 to {LONGEST_NAME}, an employee_id up to 64")


def _of_4_to_8_bytes(names, length, seed):
    seed ^= int.from_bytes((seed & 0xFFFF_FFFF).to_bytes(4, "little"), "big") << 32
    first = _read(names, 0, "<u4").astype(numpy.uint64)
    last = _read(names, length - 4, "<u4").astype(numpy.uint64)
    keyed = (first | last << HALF) ^ _word((_secret(16) ^ _secret(24)) + seed)
    high, low = _multiply(keyed, _word(PRIME_64_1 + (length << 2)))
    high += low << numpy.uint64(1)
    low ^= high >> numpy.uint64(3)
    low ^= low >> numpy.uint64(35)
    low *= _word(PRIME_MIX_2)
    low ^= low >> numpy.uint64(28)
    return _avalanche(high), low


def _of_9_to_16_bytes(names, length, seed):
    first = _read(names, 0)
    last = _read(names, length - 8)
    keyed = first ^ last ^ _word((_secret(32) ^ _secret(40)) - seed)
    high, low = _multiply(keyed, _word(PRIME_64_1))
    low += _word((length - 1) << 54)
    last ^= _word((_secret(48) ^ _secret(56)) + seed)
    high += last
    high += (last & LOW_HALF) * _word(PRIME_32_2 - 1)
    low ^= high.byteswap()
    carried, low = _multiply(low, _word(PRIME_64_2))
    high *= _word(PRIME_64_2)
    high += carried
    return _avalanche(high), _avalanche(low)


def _of_17_to_128_bytes(names, length, seed):
    low = numpy.full(len(names), _word(length * PRIME_64_1))
    high = numpy.zeros(len(names), numpy.uint64)
    for round in range((length - 1) // 32, -1, -1):
        front, back = 16 * round, length - 16 * (round + 1)
        front_0, front_1 = _read(names, front), _read(names, front + 8)
        back_0, back_1 = _read(names, back), _read(names, back + 8)
        low += _mix(front_0, front_1, 32 * round, seed)
        low ^= back_0 + back_1
        high += _mix(back_0, back_1, 32 * round + 16, seed)
        high ^= front_0 + front_1
    mixed = low * _word(PRIME_64_1)
    mixed += high * _word(PRIME_64_4)
    mixed += _word((length - seed) * PRIME_64_2)
    low += high
    return numpy.negative(_avalanche(mixed)), _avalanche(low)


def _mix(first, second, at, seed):
    high, low = _multiply(first ^ _word(_secret(at) + seed), second ^ _word(_secret(at + 8) - seed))
    high ^= low
    return high


def _multiply(a, b):
    """The high and the low half of a 128-bit product, from products of 32-bit halves."""
    a_low, a_high = a & LOW_HALF, a >> HALF
    b_low, b_high = b & LOW_HALF, b >> HALF
    cross = a_low * b_low
    cross >>= HALF
    high_low = a_high * b_low
    cross += high_low & LOW_HALF
    a_low *= b_high
    cross += a_low
    high_low >>= HALF
    cross >>= HALF
    a_high *= b_high
    a_high += high_low
    a_high += cross
    return a_high, a * b


def _avalanche(hash):
    hash ^= hash >> numpy.uint64(37)
    hash *= _word(PRIME_MIX_1)
    hash ^= hash >> HALF
    return hash


def _read(names, at, kind="<u8"):
    """The number that stands at this byte of each name."""
    return numpy.ndarray(len(names), kind, names, at, names.strides).copy()


def _secret(at: int) -> int:
    return int.from_bytes(SECRET[at : at + 8], "little")


def _word(number: int) -> numpy.uint64:
    return numpy.uint64(number & MASK_64)


# --- Text -------------------------------------------------------------------------------------------------------------

# The text of a UUID: eight groups of four hexadecimal digits, with hyphens between some of them.
TEXT = numpy.dtype(
    {
        "names": ["0", "1", "hyphen_1", "2", "hyphen_2", "3", "hyphen_3", "4", "hyphen_4", "5", "6", "7"],
        "formats": ["S4", "S4", "S1", "S4", "S1", "S4", "S1", "S4", "S1", "S4", "S4", "S4"],
    }
)


def _hexadecimal_of_16_bits() -> numpy.ndarray:
    digits = numpy.frombuffer(b"0123456789abcdef", numpy.uint8)
    numbers = numpy.arange(2**16)
    return numpy.stack([digits[numbers >> shift & 15] for shift in (12, 8, 4, 0)], axis=1).view("S4").ravel()


HEXADECIMAL = _hexadecimal_of_16_bits()


def _spell(texts: numpy.ndarray, high: numpy.ndarray, low: numpy.ndarray) -> None:
    """Writes the digests as UUIDs of version 8."""
    high &= _word(0xFFFF_FFFF_FFFF_0FFF)
    high |= _word(0x0000_0000_0000_8000)
    low &= _word(0x3FFF_FFFF_FFFF_FFFF)
    low |= _word(0x8000_0000_0000_0000)
    # Digests are written with the most significant digit first, whatever the machine's order of bytes.
    groups = numpy.stack([high, low], axis=1).astype("<u8", copy=False).view("<u2")
    for group, at in enumerate((3, 2, 1, 0, 7, 6, 5, 4)):
        texts[str(group)] = HEXADECIMAL.take(groups[:, at])
    for hyphen in ("hyphen_1", "hyphen_2", "hyphen_3", "hyphen_4"):
        texts[hyphen] = b"-"


def _as_text_column(texts: numpy.ndarray) -> pyarrow.Array:
    """The texts as a column of pyarrow that shares their memory."""
    rows = len(texts)
    large = rows > LONGEST_TEXT_COLUMN
    ends = numpy.arange(0, (rows + 1) * TEXT_BYTES, TEXT_BYTES, dtype=numpy.int64 if large else numpy.int32)
    kind = pyarrow.large_string() if large else pyarrow.string()
    return pyarrow.Array.from_buffers(kind, rows, [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(texts)])
