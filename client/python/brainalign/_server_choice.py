"""Which server is meant, and how to come in: as the command line finds it."""

import json
import os
import stat
from dataclasses import dataclass, replace
from typing import Any, Dict, Optional

from .errors import AccessError, InputError

PRIVATE = "private"
_MOST_TOKEN_BYTES = 240


@dataclass(frozen=True)
class Choice:
    """An address with what is needed to come in; every empty text is none."""

    address: str
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_server_name: str = ""
    token: str = ""
    token_without_tls: bool = False

    def __repr__(self) -> str:
        return f"Choice({self.address!r})"


def is_loopback(address: str) -> bool:
    """Whether nobody else can read what is sent to `address`."""
    if address.startswith(("unix:", "unix-abstract:")):
        return True
    host = address.rsplit(":", 1)[0]
    parts = host.split(".")
    if len(parts) == 4 and all(p.isdigit() for p in parts):
        return parts[0] == "127"
    return host == "[::1]" or host.lower() == "localhost"


def check_address(address: str) -> None:
    """Raise an InputError unless `address` is HOST:PORT or a socket."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port:
        raise InputError(f"server is {address!r}; HOST:PORT is needed, such as 127.0.0.1:7733, or "
                         "the name of a login, or 'private'.", field="server")


def read_private(path: str, what: str) -> str:
    """Return the text of a file that only its owner may read.

    Raises
    ------
    InputError
        If it cannot be read.
    AccessError
        If others may read it.
    """
    try:
        with open(path, encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                raise AccessError(
                    f"{path} can be read or changed by other users (its permissions are "
                    f"{stat.S_IMODE(mode):04o}): run chmod 600 on it, and ask for new tokens if "
                    "others may have read it.")
            return file.read(1 << 24)
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, AccessError):
            raise
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(f"{what} {path} cannot be read: {reason}.") from None


def parse_token(text: str, place: str) -> str:
    """Return the token in `text`; an InputError that names `place` if there is none."""
    token = text.strip()
    sound = token.isascii() and token.isprintable() and " " not in token
    if token and sound and len(token) <= _MOST_TOKEN_BYTES:
        return token
    raise InputError(f"{place} contains {'something other than a' if token else 'no'} token: one "
                     "line is needed, as brainalignd token add printed it.", field="token")


def credentials_path() -> str:
    """Where ``brainalign login`` keeps servers; "" if there is no home."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    if not folder.startswith("/"):
        home = os.environ.get("HOME", "")
        if not home:
            return ""
        folder = os.path.join(home, ".config")
    return os.path.join(folder, "brainalign", "credentials.json")


def _read_credentials() -> "Dict[str, Any]":
    path = credentials_path()
    if not path or not os.path.exists(path):
        return {"servers": {}}
    try:
        kept = json.loads(read_private(path, "The file"))
        sound = kept["version"] == 1 and isinstance(kept["servers"], dict) and all(
            isinstance(entry, dict) for entry in kept["servers"].values())
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        sound = False
    if not sound:
        raise InputError(f"{path} is not what brainalign login wrote: remove it and log in again "
                         "(brainalign login).")
    return dict(kept)


def _address_of(named: str, servers: "Dict[str, Any]") -> str:
    """Return `named`, or the address of the server that login keeps by this name."""
    for address, entry in servers.items():
        # An address has a colon; what has none can only be a name.
        if named and ":" not in named and entry.get("name") == named:
            return address
    return named


def _given_token(token: "Optional[str]", token_file: "Optional[str]") -> str:
    if token:
        return parse_token(token, "token")
    if token_file:
        return parse_token(read_private(token_file, "The token file"),
                           f"The token file {token_file}")
    if os.environ.get("BRAINALIGN_TOKEN"):
        return parse_token(os.environ["BRAINALIGN_TOKEN"], "BRAINALIGN_TOKEN")
    path = os.environ.get("BRAINALIGN_TOKEN_FILE", "")
    if not path:
        return ""
    return parse_token(read_private(path, "The token file"), f"The token file {path}")


def choose_server(server: "Optional[str]", token: "Optional[str]" = None,
                  token_file: "Optional[str]" = None, tls_ca: "Optional[str]" = None,
                  tls_certificate: "Optional[str]" = None, tls_key: "Optional[str]" = None,
                  tls_server_name: "Optional[str]" = None,
                  token_without_tls: bool = False) -> Choice:
    """Return the server of the arguments, else of the environment, else of the last login.

    If none of them names one, the address is ``private``. Each argument that is None is taken from
    the environment, then from what login kept of this server.

    Raises
    ------
    InputError
        For a wrong address, token or file, or a token that others could read on the way.
    AccessError
        If a file of credentials can be read by others.
    """
    environment = os.environ.get
    named = server or environment("BRAINALIGN_SERVER", "")
    if named == PRIVATE:
        return Choice(PRIVATE)
    kept = _read_credentials()
    address = _address_of(named or "", kept["servers"]) or kept.get("default") or PRIVATE
    if address == PRIVATE:
        return Choice(PRIVATE)
    check_address(address)
    known = kept["servers"].get(address, {})
    certificate = str(tls_certificate or environment("BRAINALIGN_TLS_CERTIFICATE", ""))
    key = str(tls_key or environment("BRAINALIGN_TLS_KEY", ""))
    if not certificate and not key:
        certificate, key = known.get("tls_certificate", ""), known.get("tls_key", "")
    choice = Choice(
        address=address,
        tls_ca=tls_ca or environment("BRAINALIGN_TLS_CA", "") or known.get("tls_ca", ""),
        tls_certificate=certificate, tls_key=key,
        tls_server_name=(tls_server_name or environment("BRAINALIGN_TLS_SERVER_NAME", "")
                         or known.get("tls_server_name", "")),
        token=_given_token(token, token_file) or known.get("token", ""),
        token_without_tls=token_without_tls or bool(known.get("token_without_tls", False)))
    if choice.token and not (choice.tls_ca or choice.token_without_tls or is_loopback(address)):
        raise InputError(
            f"The token would travel to {address} readable by everyone on the network path: turn "
            "TLS on with tls_ca, use an SSH tunnel, or give token_without_tls=True if the "
            "network is safe.", field="tls_ca")
    return choice


def with_token(choice: Choice, address: str, token: str) -> Choice:
    """Return `choice` with another address and token."""
    return replace(choice, address=address, token=token)


def reach(choice: Choice) -> Choice:
    """Return `choice`, with the address of the private server, which is started, if it names it."""
    if choice.address != PRIVATE:
        return choice
    from ._private_server import address
    return with_token(choice, address(), "")
