"""Run it with `python -m unittest` in this folder, in an environment that has numpy and pyarrow."""

import random
import unittest
import uuid

import numpy
import pyarrow

try:
    import xxhash
except ImportError:
    xxhash = None

import event_ids


def expected(key, employee_id, year, code, sequence):
    """One event id, step by step as in docs/event-rules.md."""
    name = employee_id.encode() + year.to_bytes(4, "little", signed=True) + bytes([code, sequence])
    digest = bytearray(xxhash.xxh3_128_digest(name, key))
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


class EventIds(unittest.TestCase):
    def test_check_value_of_the_rules(self):
        key = 0x1EC2887116DFC485
        ids = event_ids.event_ids(key, ["EMP_000036"] * 3, 2025, [9, 10, 11], [1, 2, 3])
        self.assertEqual(
            ids.to_pylist(),
            [
                "b5759a4c-69ee-8ca2-9685-dfe0ffc73cc2",
                "a00c9727-12c6-89f2-bd3d-3de419924852",
                "c4bde17c-651b-8250-924c-52ca4ada1ff4",
            ],
        )

    @unittest.skipIf(xxhash is None, "needs the package xxhash")
    def test_check_value_with_a_key_of_its_own(self):
        key = xxhash.xxh3_64_intdigest(b"42\x1f5kx5\x1fdefault")
        ids = event_ids.event_ids(key, ["EMP_000001"], 2025, 11, 1)
        self.assertEqual(ids.to_pylist(), ["f6dee1c4-3dba-87a0-8283-5be87dcba2ff"])

    @unittest.skipIf(xxhash is None, "needs the package xxhash")
    def test_hash_of_all_lengths(self):
        chance = random.Random(1)
        for length in range(4, event_ids.LONGEST_NAME + 1):
            for seed in (0, 2**64 - 1, chance.getrandbits(64)):
                texts = [chance.randbytes(length) for _ in range(20)]
                names = numpy.frombuffer(b"".join(texts), f"V{length}")
                high, low = event_ids.xxh3_128(names, seed)
                digests = [(int(h) << 64) | int(l) for h, l in zip(high, low)]
                self.assertEqual(digests, [xxhash.xxh3_128_intdigest(text, seed) for text in texts], length)

    @unittest.skipIf(xxhash is None, "needs the package xxhash")
    def test_mixed_lengths_more_than_a_block_and_every_kind_of_column(self):
        chance = random.Random(2)
        key = chance.getrandbits(64)
        rows = 2 * event_ids.BLOCK_ROWS + 5
        people = ["".join(chance.choices("aZ09_é", k=chance.randint(1, 32))) for _ in range(rows)]
        years = [chance.randint(1990, 2199) for _ in range(rows)]
        codes = [chance.randint(1, 11) for _ in range(rows)]
        sequences = [chance.randint(1, 8) for _ in range(rows)]
        wanted = [expected(key, *row) for row in zip(people, years, codes, sequences)]
        whole = pyarrow.array(people)
        for column in (whole, whole.cast(pyarrow.large_string()), whole.dictionary_encode(), pyarrow.chunked_array([whole])):
            ids = event_ids.event_ids(key, column, numpy.array(years), pyarrow.array(codes), sequences)
            self.assertEqual(ids.to_pylist(), wanted)
        part = slice(7, 5000)
        ids = event_ids.event_ids(key, whole[part], years[part], codes[part], sequences[part])
        self.assertEqual(ids.to_pylist(), wanted[part])

    def test_no_rows(self):
        self.assertEqual(len(event_ids.event_ids(1, pyarrow.array([], pyarrow.string()), 2025, 1, 1)), 0)

    def test_a_missing_employee_is_refused(self):
        with self.assertRaisesRegex(ValueError, "missing in 1 rows"):
            event_ids.event_ids(1, pyarrow.array(["a", None]), 2025, 1, 1)


if __name__ == "__main__":
    unittest.main()
