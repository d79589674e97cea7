"""A program that calls the REST API as plugins do, and reads what they read."""

import httpx2

from support.waiting import wait_for


class Caller:
    """A program with a key pair. Each call gives the answer after comparing its status."""

    def __init__(self, server):
        self.key = server.settings["api_key"]
        self._http = httpx2.Client(
            base_url=server.url, auth=(self.key, server.settings["secret_key"]), trust_env=False, timeout=30
        )

    def close(self):
        self._http.close()

    def answer(self, status, method, path, **request):
        path = path if path.startswith("/") else f"/v3/REST/{path}"
        answer = self._http.request(method, path, **request)
        assert answer.status_code == status, (method, path, answer.text)
        return answer

    def get(self, path):
        """Read the whole envelope."""
        return self.answer(200, "GET", path).json()

    def row(self, path):
        """Read the first row."""
        return self.get(path)["Data"][0]

    def post(self, path, status=201, **properties):
        """Create, and give the one row."""
        return self.answer(status, "POST", path, json=properties).json()["Data"][0]

    def post_again(self, path, **properties):
        """Create what may be there already; give the error when it is."""
        answer = self._http.post(f"/v3/REST/{path}", json=properties)
        assert answer.status_code in (201, 400), answer.text
        return answer.json().get("ErrorMessage", "")

    def pages(self, path, limit, step=None):
        """Read pages until one is short, as all who page do."""
        rows, offset, mark = [], 0, "&" if "?" in path else "?"
        while True:
            page = self.get(f"{path}{mark}Limit={limit}&Offset={offset}")
            rows += page["Data"]
            if page["Count"] < limit:
                return rows
            offset += step or limit


def over(caller, path):
    """Poll a job until it is over; give its row."""

    def ended():
        row = caller.row(path)
        return row if row["Status"] in ("Completed", "Error", "Abort") else None

    return wait_for(ended, path)
