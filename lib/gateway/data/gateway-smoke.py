"""Asks a gateway that nobody calls yet whether it is ready, and knows its models, and ends with an error when it is not.

Usage: gateway-smoke.py <url> <seconds until it is up> <file with a name of a model in each line>
Only the standard library: it runs in whatever image has Python.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

SECONDS = 15
PAUSE_SECONDS = 5
# Not there yet: no endpoint, or one that still connects to its stores.
STARTING = (502, 503, 504)


class Failed(Exception):
    """What the gateway said or did not say."""


def get(url, until):
    headers = {"Authorization": f"Bearer {os.environ['MASTER_KEY']}"}
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read(1000).decode(errors="replace")
            if error.code not in STARTING:
                raise Failed(f"{url} answers {error.code}: {text}") from None
            why = f"{error.code}"
        except json.JSONDecodeError as error:
            raise Failed(f"{url} answers something else than JSON: {error}") from None
        except OSError as error:
            why = str(getattr(error, "reason", error))
        if time.monotonic() >= until:
            raise Failed(f"{url} was not there in time: {why}")
        print(f"waiting for {url}: {why}", flush=True)
        time.sleep(PAUSE_SECONDS)


def main(url, wait, names):
    with open(names, encoding="utf8") as file:
        aliases = file.read().split()
    until = time.monotonic() + float(wait)
    get(f"{url}/health/readiness", until)
    known = {model.get("id") for model in get(f"{url}/v1/models", until).get("data") or []}
    missing = sorted(set(aliases) - known)
    if missing:
        raise Failed(f"it does not know {', '.join(missing)}; it knows {', '.join(sorted(filter(None, known))) or 'nothing'}")
    print(f"ready, and knows {len(aliases)} names", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failed as error:
        sys.exit(f"the new gateway fails: {error}")
