"""A job at which the server is killed each time it is begun is given up; the server and all other jobs go on."""

import contextlib
import signal
import sys
from pathlib import Path

import httpx2

from aerogram.jobs.runner import MAX_ATTEMPTS
from support.server import API_KEY, SECRET_KEY, STOPPED_WITHIN, ServerProcess
from support.waiting import wait_for

DEADLY_SERVER = Path(__file__).parents[2] / "support" / "deadly_server.py"


def test_a_job_that_kills_the_server_is_given_up_after_some_attempts(tmp_path):
    server = ServerProcess(tmp_path / "data", prefix=[sys.executable, str(DEADLY_SERVER)])
    server.start()
    try:
        with httpx2.Client(base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False) as client:
            [made] = client.post("/v3/REST/contactslist", json={"Name": "news"}).json()["Data"]

            def queue(*emails):
                path = f"/v3/DATA/contactslist/{made['ID']}/CSVData/text:plain"
                data_id = client.post(path, content="\n".join(["email", *emails]).encode()).json()["ID"]
                body = {"ContactsListID": made["ID"], "DataID": data_id, "Method": "addforce"}
                # The server may die before it has answered.
                with contextlib.suppress(httpx2.HTTPError):
                    client.post("/v3/REST/csvimport", json=body)

            def imports():
                return client.get("/v3/REST/csvimport").json()["Data"]

            queue("deadly@example.org")
            wait_for(lambda: not server.is_running, "the death of the server", STOPPED_WITHIN)
            for _ in range(MAX_ATTEMPTS - 1):
                assert server.launch().wait(STOPPED_WITHIN) == -signal.SIGKILL
            server.start()
            wait_for(lambda: imports()[0]["Status"] == "Error", "the end of the job", 30)
            [given_up] = imports()
            assert given_up["Current"] == 0
            told = client.get(f"/v3/DATA/batchjob/{given_up['ID']}/CSVError/text:csv").text
            assert "started 5 times, and each time the process died" in told
            queue("ann@example.org")
            wait_for(lambda: imports()[-1]["Status"] == "Completed", "the end of the next job", 30)
            [contact] = client.get("/v3/REST/contact").json()["Data"]
            assert contact["Email"] == "ann@example.org"
    finally:
        server.stop()
