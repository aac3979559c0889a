"""Starts LMCache's server as its connector does in vLLM, by the words of an environment, and says what it understood.

stdin: the value of --kv-transfer-config. stdout: the status of the server. Its ports and its disk are ones of this machine.
"""

import json
import os
import socket
import sys
import tempfile
import urllib.request

os.environ.update(LMCACHE_TRACK_USAGE="false", LMCACHE_LOG_LEVEL="ERROR", CUDA_VISIBLE_DEVICES="")

import zmq
from lmcache.integration.vllm.mp_server_launcher import maybe_start_mp_server_from_url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> dict:
    words = json.load(sys.stdin)["kv_connector_extra_config"]
    port, http = free_port(), free_port()
    key = "lmcache.mp.autostart.server_args"
    with tempfile.TemporaryDirectory() as disk:
        here = words[key].replace("/var/cache/lmcache", disk) + f" --http-port={http}"
        server = maybe_start_mp_server_from_url(
            extra_config={**words, "lmcache.mp.port": port, key: here},
            server_url=f"{words['lmcache.mp.host']}:{port}",
            zmq_context=zmq.Context.instance(),
        )
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/status", timeout=10) as answer:
                status = json.load(answer)
        finally:
            server.shutdown()
    return status


# The server writes to what it inherits.
answer = os.dup(1)
os.dup2(2, 1)
with os.fdopen(answer, "w") as told:
    json.dump(main(), told)
