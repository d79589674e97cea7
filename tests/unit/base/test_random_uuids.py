"""Random UUIDs are of version 4, differ, and are not the same in a forked process."""

import os
import uuid

from aerogram.base.random_uuids import random_uuid


def test_they_are_of_version_4_and_differ():
    made = {random_uuid() for _ in range(2_000)}
    assert len(made) == 2_000
    for each in made:
        read = uuid.UUID(each)
        assert (read.version, read.variant, str(read)) == (4, uuid.RFC_4122, each)


def test_each_random_bit_varies():
    numbers = [uuid.UUID(random_uuid()).int for _ in range(500)]
    same = [bit for bit in range(128) if len({number >> bit & 1 for number in numbers}) == 1]
    assert same == [62, 63, *range(76, 80)]


def test_a_forked_process_makes_others():
    random_uuid()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random_uuid().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100).decode() != random_uuid()
    os.close(reading)
    os.close(writing)
