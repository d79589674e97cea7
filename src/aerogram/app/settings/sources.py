"""Where settings come from: flags win, then the environment, then ``aerogram.toml``.

All errors are reported at once: one line each, with the setting, where it was given and what is allowed.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aerogram.app.settings.settings import DECLARATIONS, ENVIRONMENT_PREFIX, Settings
from aerogram.base.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aerogram.app.settings.settings import Declaration

FILE_NAME: Final = "aerogram.toml"
CONFIG: Final = "config"
"""The only flag and variable that is not a setting: the path of the file."""
CONFIG_VARIABLE: Final = f"{ENVIRONMENT_PREFIX}CONFIG"

# Kubernetes and Docker links set variables like these for a service called "aerogram". They are not settings,
# and must not prevent a pod from starting.
_SERVICE_LINK = re.compile(r"AEROGRAM_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_(?:TCP|UDP)\w*)?)")


def load(flags: Mapping[str, str], environ: Mapping[str, str], directory: Path) -> Settings:
    """Read the settings of a process.

    ``flags`` are texts by setting name, and ``config``. ``aerogram.toml`` is read from ``directory``.
    Raises `SettingsError` with one line for each error.
    """
    errors: list[str] = []
    texts: dict[str, tuple[str, str]] = {}
    for found in (
        _from_file(_config_path(flags, environ, directory), errors),
        _from_environment(environ, errors),
        _from_flags(flags, errors),
    ):
        texts.update(found)
    values: dict[str, Any] = {}
    for name, (where, text) in texts.items():
        declaration = DECLARATIONS[name]
        try:
            values[name] = declaration.kind.parse(text)
        except SettingsError as error:
            errors.append(f"{where}: {str(error).removeprefix(f'{name}: ')}")
        except ValueError:
            errors.append(f"{where}: {_refusal(declaration, text)}")
    if not errors:
        settings = Settings(**values)
        errors = settings.contradictions()
        if not errors:
            return settings
    raise SettingsError("\n".join(errors))


def _refusal(declaration: Declaration, text: str) -> str:
    given = "the value (not shown, it is a secret)" if declaration.is_secret else repr(text)
    return f"{given} is not {declaration.kind.allowed}"


def _config_path(flags: Mapping[str, str], environ: Mapping[str, str], directory: Path) -> Path | None:
    """Find the file: a named file must exist, the one in the directory may be missing."""
    for where, named in (("--config", flags.get(CONFIG)), (CONFIG_VARIABLE, environ.get(CONFIG_VARIABLE))):
        if named:
            path = Path(named).expanduser()
            if not path.is_file():
                raise SettingsError(f"{where}: there is no file {named!r}")
            return path
    path = directory / FILE_NAME
    return path if path.is_file() else None


def _from_flags(flags: Mapping[str, str], errors: list[str]) -> dict[str, tuple[str, str]]:
    texts = {}
    for name, text in flags.items():
        if name in DECLARATIONS:
            texts[name] = (DECLARATIONS[name].flag, text)
        elif name != CONFIG:
            errors.append(f"--{name.replace('_', '-')}: there is no such setting{_suggestion(name)}")
    return texts


def _from_environment(environ: Mapping[str, str], errors: list[str]) -> dict[str, tuple[str, str]]:
    texts = {}
    for variable, text in environ.items():
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable == CONFIG_VARIABLE:
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name in DECLARATIONS and variable == variable.upper():
            # Compose files and shells leave a setting out with an empty variable.
            if text.strip():
                texts[name] = (variable, text)
        elif not _SERVICE_LINK.fullmatch(variable):
            errors.append(f"{variable}: there is no such setting{_suggestion(name, ENVIRONMENT_PREFIX)}")
    return texts


def _from_file(path: Path | None, errors: list[str]) -> dict[str, tuple[str, str]]:
    if path is None:
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        errors.append(f"{path}: cannot be read: {error}")
        return {}
    texts = {}
    for name, value in table.items():
        where = f"{path}, {name}"
        text = _text_of(value)
        if name not in DECLARATIONS:
            errors.append(f"{where}: there is no such setting{_suggestion(name)}")
        elif text is None:
            errors.append(f"{where}: must be a text, a number, true or false, or a list of them")
        else:
            texts[name] = (where, text)
    return texts


def _text_of(value: object) -> str | None:
    """Write a TOML value as in a flag. Give None for a value that no setting can have."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case list():
            items = [_text_of(item) for item in value if not isinstance(item, list)]
            known = [item for item in items if item is not None]
            return ",".join(known) if len(known) == len(value) else None
        case _:
            return None


def _suggestion(name: str, prefix: str = "") -> str:
    close = difflib.get_close_matches(name.lower().replace("-", "_"), _known_names(), n=1)
    if not close:
        return ""
    return f"; did you mean {prefix + close[0].upper() if prefix else close[0]}?"


def _known_names() -> Iterable[str]:
    return [*DECLARATIONS, CONFIG]
