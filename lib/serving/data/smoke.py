"""Asks a model server for the smallest answer it gives, and ends with an error when it gives none.

Usage: smoke.py <url up to /v1> <task> <seconds until it is up> <seconds of one answer> <model>...
Only the standard library: it runs in whatever image has Python.
"""

import json
import math
import os
import struct
import sys
import time
import urllib.error
import urllib.request

# Not there yet: no route, no endpoint, a proxy without a server behind it.
STARTING = (502, 503, 504)
PAUSE_SECONDS = 5


class Failed(Exception):
    """What the server said or did not say."""


def post(url, body, kind, seconds):
    headers = {"Content-Type": kind}
    key = os.environ.get("API_KEY")
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        return json.loads(answer.read())


def ask(url, body, until, seconds, kind="application/json"):
    """Ask until somebody is there, then believe what is said."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    while True:
        try:
            return post(url, data, kind, seconds)
        except urllib.error.HTTPError as error:
            text = error.read(2000).decode(errors="replace")
            if error.code not in STARTING:
                raise Failed(f"{url} answers {error.code}: {text}") from None
            why = f"{error.code}"
        except json.JSONDecodeError as error:
            raise Failed(f"{url} answers something else than JSON: {error}") from None
        except TimeoutError:
            raise Failed(f"{url} gave no answer within {seconds} s") from None
        except (urllib.error.URLError, OSError) as error:
            why = str(getattr(error, "reason", error))
        if time.monotonic() >= until:
            raise Failed(f"{url} was not there in time: {why}")
        print(f"waiting for {url}: {why}", flush=True)
        time.sleep(PAUSE_SECONDS)


def generate(base, model, until, seconds):
    limits = {"model": model, "max_tokens": 1, "temperature": 0}
    try:
        messages = [{"role": "user", "content": "Say yes."}]
        answer = ask(f"{base}/chat/completions", {**limits, "messages": messages}, until, seconds)
    except Failed as error:
        # A base model has no template for a conversation: it goes on with a text.
        if "chat template" not in str(error).lower():
            raise
        answer = ask(f"{base}/completions", {**limits, "prompt": "Yes, "}, until, seconds)
    if not answer.get("choices"):
        raise Failed("the answer has no choices")
    # The one token may be a thought, or nothing that can be seen: it was computed, and that is all that is asked.
    if answer.get("usage", {}).get("completion_tokens", 1) < 1:
        raise Failed("the answer has no token")


def embed(base, model, until, seconds):
    answer = ask(f"{base}/embeddings", {"model": model, "input": "smoke"}, until, seconds)
    vector = (answer.get("data") or [{}])[0].get("embedding") or []
    if not vector:
        raise Failed("the answer has no vector")
    if not all(isinstance(number, (int, float)) and math.isfinite(number) for number in vector):
        raise Failed("the vector holds what is no number")
    if not any(vector):
        raise Failed("the vector is zero")


def rerank(base, model, until, seconds):
    body = {"model": model, "query": "smoke", "documents": ["fire", "water"]}
    answer = ask(f"{base}/rerank", body, until, seconds)
    scores = [result.get("relevance_score") for result in answer.get("results") or []]
    if len(scores) != 2 or not all(isinstance(score, (int, float)) and math.isfinite(score) for score in scores):
        raise Failed("the answer has no score for each text")


def transcribe(base, model, until, seconds):
    """One second of silence as a form with a WAV file."""
    samples = b"\0\0" * 16000
    size = len(samples)
    format = (16, 1, 1, 16000, 32000, 2, 16)
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", *format, b"data", size)
    edge = "nexus-smoke"
    form = (
        f'--{edge}\r\nContent-Disposition: form-data; name="model"\r\n\r\n{model}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="smoke.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    body = form.encode() + header + samples + f"\r\n--{edge}--\r\n".encode()
    answer = ask(f"{base}/audio/transcriptions", body, until, seconds, f"multipart/form-data; boundary={edge}")
    if "text" not in answer:
        raise Failed("the answer has no text")


TASKS = {"generate": generate, "embed": embed, "rerank": rerank, "transcribe": transcribe}


def main(base, task, wait, seconds, *models):
    until = time.monotonic() + float(wait)
    for model in models:
        start = time.monotonic()
        try:
            TASKS[task](base, model, until, int(seconds))
        except Failed as error:
            sys.exit(f"{model} does not answer: {error}")
        print(f"{model} answers, after {time.monotonic() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
