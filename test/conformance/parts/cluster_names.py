"""The cluster's DNS, for this process alone: names of Services and of providers lead to loopback, and no others do."""

import json
import os
import socket

import aiohttp.resolver

NAMES = json.loads(os.environ["CLUSTER_NAMES"])
LOOPBACK = "127.0.0.1"
by_system = socket.getaddrinfo


def port_of(host, port):
    found = NAMES.get(f"{host}:{port}")
    if found is None:
        raise socket.gaierror(socket.EAI_NONAME, f"{host}:{port} is no name here")
    return found


def getaddrinfo(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, LOOPBACK, "localhost"):
        return by_system(host, port, *args, **kwargs)
    return by_system(LOOPBACK, port_of(name, port), *args, **kwargs)


async def resolve(self, host, port=0, family=socket.AF_INET):
    # The loop of LiteLLM asks the system by itself, past the function above.
    found = {"hostname": host, "host": LOOPBACK, "port": port_of(host, port)}
    return [{**found, "family": socket.AF_INET, "proto": 0, "flags": socket.AI_NUMERICHOST}]


socket.getaddrinfo = getaddrinfo
aiohttp.resolver.ThreadedResolver.resolve = resolve
