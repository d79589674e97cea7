"""A process that makes calls with idempotency keys: ``python repeating_child.py DATA NODE TIMES [DATABASE_URL]``.

It says a line when it has opened the store, waits for one, and says the receipts of each call as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

from aerogram.base.clock import ManualClock
from aerogram.base.ids import IdGenerator
from aerogram.model.idempotency import IdempotencyKey
from aerogram.store.blobs import DiskBlobs
from aerogram.store.open import open_database
from aerogram.submission.accept import Acceptor
from support.submissions import a_submission


async def main():
    data, node, times = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    database = await open_database(data, sys.argv[4] if len(sys.argv) > 4 else None)
    clock, accepted = ManualClock(), []
    acceptor = Acceptor(
        database,
        DiskBlobs(data / "blobs"),
        IdGenerator(clock, node),
        clock,
        check_room=lambda: None,
        on_accepted=accepted.append,
    )
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.stdin.readline()
    keys = [IdempotencyKey(1, f"key {number}", "fingerprint") for number in range(times)]
    found = await asyncio.gather(*(acceptor.accept([a_submission()], key) for key in keys))
    await database.close()
    receipts = [[[each.message_id, each.uuid] for each in call[0]] for call in found]
    sys.stdout.write(json.dumps({"receipts": receipts, "accepted": sum(accepted)}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
