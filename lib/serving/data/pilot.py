"""Holds the weight of a canary: takes its requests away when Prometheus says that it is worse, and may raise its share.

Usage: pilot.py <file that says what to hold> [<folder of the service account>]
One look at each start. Only the standard library: it runs in whatever image has Python.

It writes one HTTPRoute, whose spec nobody else writes and which stands before the model's own, and notes on it what it
decided. Another revision or another weight in the file starts it anew: the file has the last word.
"""

import datetime
import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
SECONDS = 15
STEPS = (1, 5, 10, 25, 50, 100)
NOTE = "nexus.dev/canary-"


class Failed(Exception):
    """What could not be asked or written."""


def call(url, body=None, headers=(), method=None, context=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS, context=context) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        text = error.read(1000).decode(errors="replace")
        raise Failed(f"{url} answers {error.code}: {text}") from None
    except (OSError, ValueError) as error:
        raise Failed(f"{url}: {getattr(error, 'reason', error)}") from None


class Route:
    """The HTTPRoute as the API server keeps it, and what was noted on it."""

    def __init__(self, hold, account):
        self.hold = hold
        host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
        self.server = f"https://{f'[{host}]' if ':' in host else host}:{port}"
        self.context = ssl.create_default_context(cafile=os.path.join(account, "ca.crt"))
        with open(os.path.join(account, "token"), encoding="utf8") as file:
            self.token = file.read().strip()
        self.path = f"/apis/gateway.networking.k8s.io/v1/namespaces/{hold['namespace']}/httproutes/{hold['route']}"
        self.uid = None
        self.notes = {}

    def call(self, path, body=None, method="GET", kind="application/json"):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        return call(self.server + path, body, headers, method, self.context)

    def read(self):
        metadata = self.call(self.path)["metadata"]
        self.uid = metadata["uid"]
        notes = metadata.get("annotations") or {}
        self.notes = {key[len(NOTE):]: value for key, value in notes.items() if key.startswith(NOTE)}

    def write(self, weight, since, worse):
        """Says the same again at each start, so that what somebody changed by hand does not stay."""
        spec = json.loads(json.dumps(self.hold["spec"]))
        for rule in spec["rules"]:
            stable, canary = rule["backendRefs"]
            stable["weight"], canary["weight"] = 100 - weight, weight
        notes = {"file": self.hold["file"], "weight": str(weight), "since": since, "worse": worse}
        annotations = {NOTE + key: value for key, value in notes.items()}
        body = {"metadata": {"annotations": annotations}, "spec": spec}
        self.call(f"{self.path}?fieldManager=canary-pilot", body, "PATCH", "application/merge-patch+json")

    def tell(self, kind, reason, text):
        """An Event, which `kubectl describe` shows beside the route."""
        print(f"{reason}: {text}", flush=True)
        at = now()
        name = f"{self.hold['route']}.{int(at.timestamp() * 1000):x}"
        namespace = self.hold["namespace"]
        event = {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": namespace},
            "eventTime": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "type": kind,
            "reason": reason,
            "action": "SetWeight",
            "note": text[:1000],
            "reportingController": "nexus.dev/canary-pilot",
            "reportingInstance": os.environ.get("HOSTNAME", "canary-pilot"),
            "regarding": {
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "HTTPRoute",
                "namespace": namespace,
                "name": self.hold["route"],
                "uid": self.uid,
            },
        }
        try:
            self.call(f"/apis/events.k8s.io/v1/namespaces/{namespace}/events", event, "POST")
        except Failed as error:
            # The weight is what counts.
            print(f"no event: {error}", flush=True)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def ask(hold, path, query):
    answer = call(f"{hold['prometheus']}/api/v1/{path}?{urllib.parse.urlencode(query)}")
    if answer.get("status") != "success":
        raise Failed(f"{hold['prometheus']} says: {answer.get('error', answer)}")
    return answer["data"]


def verdicts(hold):
    """State of each rule that judges this canary, by its sign."""
    groups = ask(hold, "rules", {"type": "alert", "rule_name[]": hold["alert"]})["groups"]
    found = {}
    for rule in (rule for group in groups for rule in group["rules"]):
        labels = rule.get("labels") or {}
        if rule.get("name") != hold["alert"] or (labels.get("model"), labels.get("canary")) != (
            hold["model"],
            hold["canary"],
        ):
            continue
        found[labels.get("sign", "?")] = "broken" if rule.get("health") == "err" else rule["state"]
    if not found:
        raise Failed(f"{hold['prometheus']} has no rule {hold['alert']} for {hold['canary']}: nobody judges it")
    return found


def requests(hold):
    result = ask(hold, "query", {"query": hold["requests"]})["result"]
    return float(result[0]["value"][1]) if result else 0.0


def main(file, account=ACCOUNT):
    with open(file, encoding="utf8") as text:
        hold = json.load(text)
    route = Route(hold, account)
    route.read()
    at = now().isoformat(timespec="seconds")
    if route.notes.get("file") != hold["file"]:
        route.write(hold["weight"], at, "")
        route.tell("Normal", "CanaryHeld", f"{hold['canary']} gets {hold['weight']} % of the requests, as the file says")
        return
    weight, since, worse = int(route.notes["weight"]), route.notes["since"], route.notes["worse"]
    route.write(weight, since, worse)
    if worse:
        print(f"{hold['canary']} gets nothing since {since}: it was worse in {worse}", flush=True)
        return
    if weight == 0:
        print(f"{hold['canary']} gets nothing, as the file says", flush=True)
        return
    states = verdicts(hold)
    firing = sorted(sign for sign, state in states.items() if state == "firing")
    if firing:
        worse = ", ".join(firing)
        route.write(0, at, worse)
        route.tell("Warning", "CanaryTakenBack", f"{hold['canary']} had {weight} % and is worse in {worse}: it gets nothing")
        return
    broken = sorted(sign for sign, state in states.items() if state == "broken")
    if broken:
        raise Failed(f"Prometheus cannot compute {', '.join(broken)} of {hold['canary']}")
    step(hold, route, weight, since, states)


def step(hold, route, weight, since, states):
    higher = [each for each in STEPS if each > weight]
    if not hold["minutes"] or not higher:
        print(f"{hold['canary']} keeps {weight} %", flush=True)
        return
    doubts = sorted(sign for sign, state in states.items() if state != "inactive")
    minutes = (now() - datetime.datetime.fromisoformat(since)).total_seconds() / 60
    if doubts:
        why = f"there are doubts about its {', '.join(doubts)}"
    elif minutes < hold["minutes"]:
        why = f"of {hold['minutes']} minutes {minutes:.0f} are over"
    else:
        # Nobody who asks is no proof that it works.
        count = requests(hold)
        if count >= hold["leastRequests"]:
            route.write(higher[0], now().isoformat(timespec="seconds"), "")
            text = f"{hold['canary']} did as well as {hold['model']} in {count:.0f} requests: {weight} % becomes {higher[0]} %"
            route.tell("Normal", "CanaryStepped", text)
            return
        why = f"it answered {count:.0f} requests, and {hold['leastRequests']} are needed to judge it"
    print(f"{hold['canary']} keeps {weight} %: {why}", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failed as error:
        sys.exit(f"{error}")
