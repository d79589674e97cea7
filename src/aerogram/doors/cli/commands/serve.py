"""``aerogram serve``."""

from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level

noun = Noun(
    "Run the server: accept mail, deliver it and serve the inbox.", Area.ACCOUNT, takes_all_settings=True
)


@noun.command("", Level.FULL)
def serve(installation: Installation) -> None:
    """Run the server: accept mail, deliver it and serve the inbox.

    With an empty data folder, it first creates an account and prints the addresses and the credentials,
    which are shown only once. The server is ready when GET /readyz answers 200. SIGTERM and Ctrl-C stop it
    after the work in progress has finished.

      aerogram serve
      aerogram serve --data /var/lib/aerogram --http 0.0.0.0:8025 --smtp 0.0.0.0:587
      aerogram serve --deliver relay --relay-url smtp://user:password@relay.example.net:587
      AEROGRAM_DELIVER=direct AEROGRAM_HOSTNAME=mail.example.org aerogram serve
    """
    installation.serve()
